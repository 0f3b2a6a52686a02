"""What runs blocks: one small interface. Threads now; a cluster is another implementation of it.

The compiled walk releases the GIL, so threads of one process use every core without copying.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Protocol

import numpy as np

from ips_econ.evaluation.blocks import Arrays, Plan, simulate_block

BLOCK_DRAWS = 16

Work = Callable[[slice], Arrays]


class Executor(Protocol):
    """Runs ``work`` on blocks of draws and yields (block index, result) as they finish."""

    def __call__(
        self, work: Work, blocks: Sequence[tuple[int, slice]]
    ) -> Iterator[tuple[int, Arrays]]:
        """Yield each block's index and result, in any order."""
        ...


class Threads:
    """Blocks on threads of this process."""

    def __init__(self, jobs: int | None = None) -> None:
        self.jobs = jobs or available_cores()

    def __call__(
        self, work: Work, blocks: Sequence[tuple[int, slice]]
    ) -> Iterator[tuple[int, Arrays]]:
        """Yield results as they finish; an error or Ctrl-C drops what has not begun."""
        pool = ThreadPoolExecutor(self.jobs)
        try:
            futures = {pool.submit(work, rows): index for index, rows in blocks}
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def run_draws(plan: Plan, execute: Executor) -> Arrays:
    """Every draw of a plan simulated and joined in memory, for a small run that is not kept."""
    plan.prepare()
    blocks = blocks_of(len(plan.draws), BLOCK_DRAWS)
    found = dict(execute(lambda rows: simulate_block(plan, rows), blocks))
    return {name: np.concatenate([found[i][name] for i in sorted(found)]) for name in found[0]}


def available_cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def blocks_of(draws: int, size: int) -> list[tuple[int, slice]]:
    """Index and rows of each block of at most ``size`` draws."""
    return [
        (index, slice(start, min(start + size, draws)))
        for index, start in enumerate(range(0, draws, size))
    ]
