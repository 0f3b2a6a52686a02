"""Job loss and re-employment: published months in a job come back, by sums and by hand."""

import math

import pytest

from ips_econ.trajectories import keeping

RATES = [0.03, 0.061, 0.088, 0.117, 0.2]


def survival(scale: float, shape: float, months: int) -> float:
    return math.exp(-((months / scale) ** shape))


def test_restricted_mean_is_the_area_under_survival() -> None:
    steps = 100_000
    width = 24.0 / steps
    area = sum(math.exp(-0.088 * (i + 0.5) * width) for i in range(steps)) * width
    assert keeping.restricted_mean(0.088) == pytest.approx(area, rel=1e-9)


def test_published_first_job_of_9_96_months() -> None:
    """J1 and J3: 9.96 months of 24 in the first job is a loss rate of 0.088 a month."""
    assert keeping.restricted_mean(0.088) == pytest.approx(9.96, abs=0.04)
    assert keeping.restricted_mean(0.0884) == pytest.approx(9.96, abs=0.005)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("shape", [0.6, 0.85, 1.0, 1.3])
def test_weibull_jobs_last_as_long_as_published(rate: float, shape: float) -> None:
    scale = keeping.weibull_scale(rate, shape)
    months = sum(survival(scale, shape, t) for t in range(24))
    assert months == pytest.approx(keeping.restricted_mean(rate), rel=1e-10)


@pytest.mark.parametrize("shape", [0.6, 0.85, 1.0])
def test_monthly_losses_multiply_to_weibull_survival(shape: float) -> None:
    scale = keeping.weibull_scale(0.088, shape)
    staying = 1.0
    for tenure in range(1, 37):
        staying *= math.exp(-keeping.loss_rate(tenure, scale, shape))
        assert staying == pytest.approx(survival(scale, shape, tenure), rel=1e-12)


def test_loss_falls_with_tenure_below_shape_one_and_is_constant_at_one() -> None:
    falling = [keeping.loss_rate(t, 10.0, 0.6) for t in range(1, 13)]
    assert falling == sorted(falling, reverse=True)
    assert keeping.loss_rate(1, 10.0, 1.0) == pytest.approx(0.1)
    assert keeping.loss_rate(9, 10.0, 1.0) == pytest.approx(0.1)


@pytest.mark.parametrize("rate", RATES)
def test_constant_loss_has_the_same_mean_in_whole_months(rate: float) -> None:
    loss = keeping.constant_loss(rate)
    months = sum((1.0 - loss) ** t for t in range(24))
    assert months == pytest.approx(keeping.restricted_mean(rate), rel=1e-10)
    assert keeping.restricted_mean(rate) < 24.0
    # a job that lasts at least its first month is lost a little faster afterwards
    assert loss > 1.0 - math.exp(-rate)


def test_later_months_by_hand() -> None:
    """Everybody loses the first job after a month and finds another with certainty."""
    months, out = keeping.later_months(1e-9, 1.0, 0.0, 1.0)
    # lost at the start of month 2, working again from month 3 to month 24
    assert months == pytest.approx(22.0)
    assert out == pytest.approx(0.0)


def test_later_months_of_nobody_who_loses_a_job() -> None:
    assert keeping.later_months(1e12, 1.0, 0.3, 0.3) == pytest.approx((0.0, 0.0), abs=1e-9)


def test_without_re_employment_everybody_who_lost_a_job_stays_out() -> None:
    months, out = keeping.later_months(12.0, 0.85, 0.2, 0.0)
    assert months == 0.0
    assert out == pytest.approx(1.0 - survival(12.0, 0.85, 23))


@pytest.mark.parametrize("rate", [0.061, 0.088, 0.117])
@pytest.mark.parametrize("reemployment", [0.032, 0.045, 0.06])
@pytest.mark.parametrize("jobs", [1.6, 1.92, 2.2])
def test_later_jobs_share_out_the_published_months(rate, reemployment, jobs) -> None:
    """Job starts and months worked in the 24 months after a first start (J1, J2)."""
    shape = 0.85
    scale = keeping.weibull_scale(rate, shape)
    solved = keeping.later_jobs(rate, reemployment, jobs, scale, shape)
    assert 0.0 < solved.reemployment < 0.9 and 0.0 < solved.loss < 1.0

    alike, working, worked = keeping.constant_loss(rate), 1.0, 1.0
    for _ in range(23):
        working += reemployment * (1.0 - working) - alike * working
        worked += working
    first, later, out, started = 1.0, 0.0, 0.0, 1.0
    got = 1.0
    for month in range(1, 24):
        before, first = first, survival(scale, shape, month)
        started += solved.reemployment * out
        later, out = (
            later * (1.0 - solved.loss) + solved.reemployment * out,
            out * (1.0 - solved.reemployment) + later * solved.loss + before - first,
        )
        got += first + later
    assert got == pytest.approx(worked, abs=1e-3)
    assert started == pytest.approx(jobs, abs=1e-3)


def test_more_jobs_in_the_same_months_are_shorter_and_found_sooner() -> None:
    scale = keeping.weibull_scale(0.088, 0.85)
    few = keeping.later_jobs(0.088, 0.045, 1.7, scale, 0.85)
    many = keeping.later_jobs(0.088, 0.045, 2.1, scale, 0.85)
    assert many.reemployment > few.reemployment and many.loss > few.loss


def test_jobs_of_the_published_number_are_shorter_than_first_jobs() -> None:
    """1.92 jobs in 24 months need later jobs to be shorter than the first."""
    scale = keeping.weibull_scale(0.088, 0.85)
    assert keeping.later_jobs(0.088, 0.045, 1.92, scale, 0.85).loss > keeping.constant_loss(0.088)
