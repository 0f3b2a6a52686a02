"""Outcomes of work counted by hand on a few people."""

from __future__ import annotations

import numpy as np
import pytest

from ips_econ.evaluation.metrics import METRICS

# five people over eight months: never; months 3-5 and 7; the last month; always; one month
WORKING = np.array(
    [
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 1, 1, 1, 0, 1, 0],
        [0, 0, 0, 0, 0, 0, 0, 1],
        [1, 1, 1, 1, 1, 1, 1, 1],
        [0, 1, 0, 0, 0, 0, 0, 0],
    ],
    dtype=bool,
)
STARTED = WORKING & ~np.pad(WORKING, ((0, 0), (1, 0)))[:, :-1]
EVERYBODY = [True] * 5


@pytest.mark.parametrize(
    ("metric", "month", "values", "counted"),
    [
        ("ever_employed", 2, [0, 0, 0, 1, 1], EVERYBODY),
        ("ever_employed", 8, [0, 1, 1, 1, 1], EVERYBODY),
        ("employed", 5, [0, 1, 0, 1, 0], EVERYBODY),
        ("employed", 6, [0, 0, 0, 1, 0], EVERYBODY),
        ("steady_worker", 8, [0, 1, 0, 1, 0], EVERYBODY),
        ("months_employed", 8, [0, 4, 1, 8, 1], EVERYBODY),
        ("weeks_employed", 8, [0, 52 / 3, 13 / 3, 104 / 3, 13 / 3], EVERYBODY),
        ("days_employed", 2, [0, 0, 0, 2 * 30.4375, 30.4375], EVERYBODY),
        (
            "days_employed_of_workers",
            8,
            [0, 4 * 30.4375, 30.4375, 8 * 30.4375, 30.4375],
            [False, True, True, True, True],
        ),
        ("months_to_first_job", 7, [0.5, 2.5, 0.5, 0.5, 1.5], [False, True, False, True, True]),
        (
            "months_employed_after_start",
            5,
            [0, 4, 0, 5, 1],
            [False, True, False, True, True],
        ),
        ("jobs_after_start", 5, [0, 2, 0, 1, 1], [False, True, False, True, True]),
        ("in_first_job_after_start", 3, [0, 1, 0, 1, 0], [False, True, False, True, True]),
    ],
)
def test_an_outcome_is_counted_as_its_trial_counts_it(
    metric: str, month: int, values: list[float], counted: list[bool]
) -> None:
    found, who = METRICS[metric].measure(WORKING, STARTED, month)
    assert who.tolist() == counted
    assert found[who].tolist() == pytest.approx(np.array(values)[counted].tolist())


def test_months_from_the_start_of_a_job_need_a_longer_life() -> None:
    assert METRICS["employed"].horizon(18) == 18
    assert METRICS["jobs_after_start"].horizon(24) == 60
