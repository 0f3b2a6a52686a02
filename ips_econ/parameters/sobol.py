"""Scrambled Sobol points of the unit cube.

Direction numbers of Joe & Kuo (SIAM J Sci Comput 2008;30(5):2635-54) as scipy ships them, with
Matousek's linear matrix scramble and a digital shift (J Complex 1998;14(4):527-56). These are the
points of ``scipy.stats.qmc.Sobol``, whose import costs half a second and 50 MB of memory, in some
milliseconds.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ips_econ.errors import InputError

Array = NDArray[np.float64]
BITS = 30


def sobol_points(
    dimensions: int, draws: int, seed: int, scramblings: int, shuffled: int = 0
) -> tuple[Array, NDArray[np.int16]]:
    """Scrambled Sobol points, (draw, dimension) strictly inside (0, 1), and their scrambling.

    Each scrambling is a randomised net of its own: its mean is unbiased, and the scramblings are
    independent and identically distributed up to one point more or less.

    Some pairs of axes of a small net are strongly correlated, the same pairs in every net. The
    first ``shuffled`` axes are therefore dealt anew among the names in each scrambling, so that no
    two parameters share such a pair more than once.
    """
    sizes = [len(part) for part in np.array_split(np.arange(draws), min(scramblings, draws))]
    bits = max(1, (max(sizes) - 1).bit_length())
    vectors = _direction_vectors(dimensions, bits)
    sequences = np.random.SeedSequence(seed).spawn(len(sizes))
    parts = [
        _scrambled(
            vectors[_dealt(len(vectors), shuffled, sequence)],
            size,
            np.random.Generator(np.random.PCG64(sequence)),
        )
        for size, sequence in zip(sizes, sequences, strict=True)
    ]
    scrambling = np.repeat(np.arange(len(sizes), dtype=np.int16), sizes)
    return np.concatenate(parts), scrambling


def _dealt(dimensions: int, shuffled: int, sequence: np.random.SeedSequence) -> NDArray[np.int64]:
    """Which axis of the net each dimension takes in one scrambling."""
    order = np.arange(dimensions)
    if shuffled:
        random = np.random.Generator(np.random.PCG64(sequence.spawn(1)[0]))
        order[:shuffled] = random.permutation(shuffled)
    return order


def _scrambled(vectors: NDArray[np.int64], size: int, random: np.random.Generator) -> Array:
    """The first ``size`` points of one scrambling: lower-triangular bit matrix, then shift."""
    # One array, dimension first: a dimension's bits do not depend on how many dimensions follow.
    bits = random.integers(0, 2, (len(vectors), BITS, BITS + 1))
    matrix = np.tril(bits[:, :, :BITS], -1) + np.eye(BITS, dtype=np.int64)
    places = np.arange(BITS - 1, -1, -1)
    digits = (vectors[:, :, None] >> places) & 1
    scrambled = ((digits @ matrix.transpose(0, 2, 1)) & 1) @ (1 << places)
    shift = bits[:, :, BITS] @ (1 << places)
    return (_gray_sums(scrambled, size) ^ shift) / 2.0**BITS + 0.5 / 2.0**BITS


def _gray_sums(vectors: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Sobol's sequence in Gray-code order as whole numbers, (point, dimension)."""
    order = np.arange(size)
    gray = order ^ (order >> 1)
    sums = np.zeros((size, len(vectors)), dtype=np.int64)
    for bit in range(vectors.shape[1]):
        sums[(gray >> bit) & 1 == 1] ^= vectors[:, bit]
    return sums


def _direction_vectors(dimensions: int, bits: int) -> NDArray[np.int64]:
    """Joe & Kuo's direction numbers shifted to ``BITS`` binary places, (dimension, bit)."""
    file = _direction_numbers_file()
    if not file.exists():  # a scipy that keeps them elsewhere: slower, but the same numbers
        return _direction_vectors_of_points(dimensions, bits)
    with np.load(file) as numbers:
        polynomials, initial = numbers["poly"], numbers["vinit"]
    if dimensions > len(polynomials):
        raise InputError(
            "too many random parameters", found=dimensions, allowed=f"{len(polynomials)} at most"
        )
    vectors = np.ones((dimensions, bits), dtype=np.int64)
    for dimension in range(1, dimensions):
        polynomial = int(polynomials[dimension])
        degree = polynomial.bit_length() - 1
        row = [int(number) for number in initial[dimension, :degree]]
        for bit in range(degree, bits):
            new = row[bit - degree]
            for step in range(1, degree + 1):
                if polynomial >> (degree - step) & 1:
                    new ^= row[bit - step] << step
            row.append(new)
        vectors[dimension] = row[:bits]
    return vectors << (BITS - 1 - np.arange(bits))


def _direction_vectors_of_points(dimensions: int, bits: int) -> NDArray[np.int64]:
    """The same, read off scipy's points: point 2^(k+1) - 1 in Gray-code order is vector k."""
    from scipy.stats import qmc

    points = qmc.Sobol(dimensions, scramble=False, bits=BITS).random_base2(bits)
    return np.asarray(points[2 ** np.arange(1, bits + 1) - 1].T * 2**BITS, dtype=np.int64)


def _direction_numbers_file() -> Path:
    """Where scipy keeps the direction numbers, found without importing ``scipy.stats``."""
    scipy = importlib.util.find_spec("scipy")
    assert scipy is not None and scipy.origin is not None
    return Path(scipy.origin).parent / "stats" / "_sobol_direction_numbers.npz"
