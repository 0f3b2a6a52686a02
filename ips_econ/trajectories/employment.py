"""A job's terms: full or part time, hours, hourly pay; drawn once per job."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ips_econ.compilation import step
from ips_econ.units import WEEKS_PER_MONTH


class JobTerms(NamedTuple):
    """What a job's hours and pay are drawn from."""

    full_time_share: np.ndarray  # (draw,)
    full_time_hours: float  # a week
    hours_quantiles: np.ndarray  # (quantile,) weekly hours of part-time jobs
    hourly_wage: np.ndarray  # (draw,) median entry-level pay in the region, EUR/hour
    between_job_sd: np.ndarray  # (draw,) spread of log pay between jobs


@step
def monthly_wage(hours_week, wage_hour):  # type: ignore[no-untyped-def]
    """Gross pay, EUR/month."""
    return hours_week * WEEKS_PER_MONTH * wage_hour
