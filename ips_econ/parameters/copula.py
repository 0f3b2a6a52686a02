"""Gaussian copula: normal scores with the correlations that give stated rank correlations."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ips_econ.errors import InputError, Problem

Array = NDArray[np.float64]


def copula(
    ranks: Mapping[tuple[str, str], float],
) -> tuple[tuple[str, ...], Array]:
    """Lower Cholesky factor of the normal scores' correlations, by rank correlations of pairs.

    The Pearson correlation of two normals with rank correlation r is 2 sin(pi r / 6); pairs that
    are not stated have none.

    Returns
    -------
    tuple
        The ids in sorted order, and the factor, (id, id).

    Raises
    ------
    InputError
        If the correlations cannot hold together, with the ids of those that cannot.
    """
    ids = tuple(sorted({id for pair in ranks for id in pair}))
    matrix = np.eye(len(ids))
    for (first, second), rank in ranks.items():
        i, j = ids.index(first), ids.index(second)
        matrix[i, j] = matrix[j, i] = 2 * math.sin(math.pi * rank / 6)
    problems = []
    for cluster in _clusters(matrix):
        smallest = float(np.linalg.eigvalsh(matrix[np.ix_(cluster, cluster)])[0])
        if smallest < 1e-10:
            problems.append(
                Problem(
                    "these rank correlations cannot hold together (the smallest eigenvalue of "
                    f"their matrix is {smallest:.3g}); bring them nearer to zero, or state the "
                    "pairs that are missing",
                    key=", ".join(ids[k] for k in cluster),
                    found=", ".join(
                        f"{first} ~ {second} {rank:g}"
                        for (first, second), rank in ranks.items()
                        if ids.index(first) in cluster
                    ),
                )
            )
    if problems:
        raise InputError(problems)
    return ids, np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)


def _clusters(matrix: Array) -> list[list[int]]:
    """Groups of rows that are linked by correlations."""
    clusters: list[list[int]] = []
    unseen = set(range(len(matrix)))
    while unseen:
        cluster, edge = set(), {min(unseen)}
        while edge:
            cluster |= edge
            edge = {int(k) for row in edge for k in np.flatnonzero(matrix[row])} - cluster
        clusters.append(sorted(cluster))
        unseen -= cluster
    return clusters
