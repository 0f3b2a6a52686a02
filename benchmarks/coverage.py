"""Does calibration find known truths? Coverage of its intervals, and how much they narrow.

    python benchmarks/coverage.py [REPLICATIONS] [CLIENTS]      60 and 40: about ten minutes

Each replication draws every uncertain parameter from its published distribution, lets so many
clients in each arm live with them, counts them as a county would, and calibrates. Printed for every
quantity: the share of truths inside the 50 and 90 per cent intervals (their standard errors are
0.065 and 0.039 at 60 replications), and the posterior's standard deviation over the prior's.
"""

from __future__ import annotations

import sys

import numpy as np

from ips_econ.evaluation.blocks import Plan, Worlds
from ips_econ.evaluation.calibration import CORRELATION_DRAWS, SCRAMBLINGS, Site
from ips_econ.evaluation.importance import importance_sample
from ips_econ.evaluation.likelihood import Figure
from ips_econ.evaluation.metrics import METRICS
from ips_econ.evaluation.trials import Observation
from ips_econ.ledger.walk import History, trace_block
from ips_econ.parameters.sobol import sobol_points
from ips_econ.scenario.loading import load_scenario

DRAWS, YEARS, MONTHS, SEED = 2048, 2, 24, 20261125
COUNTED = (("ever_employed", 12), ("ever_employed", 24), ("employed", 24))
PARAMETERS = (
    "effect.control_ever_employed_18m_severe",
    "effect.competitive_work_ratio",
    "effect.found_by_month_9_share",
    "employment.job_loss_rate_month",
)
EXPECTED = tuple((metric, 18, arm) for metric in ("ever_employed", "employed") for arm in (1, 0))


def observed(histories: np.ndarray, clients: int) -> list[Figure]:
    """Counts and the mean months in work of both arms, from people of a replicate."""
    found = []
    for arm, people in ((1, slice(0, clients)), (0, slice(clients, 2 * clients))):
        working = histories[people, arm, :, History.WORKING] > 0.0
        started = histories[people, arm, :, History.TENURE] == 1.0
        for metric, month in COUNTED:
            values, _ = METRICS[metric].measure(working, started, month)
            seen = Observation(events=int(values.sum()))
            found.append(Figure(metric, month, arm, seen, clients))
        values, _ = METRICS["months_employed"].measure(working, started, MONTHS)
        seen = Observation(mean=float(values.mean()), sd=max(float(values.std(ddof=1)), 0.5))
        found.append(Figure("months_employed", MONTHS, arm, seen, clients))
    return found


def main(replications: int, clients: int) -> None:
    """Run the replications and print the table."""
    loaded = load_scenario("finland", (f"economics.horizon_years={YEARS}",))
    asked = tuple(Figure(m, t, arm, Observation(events=1), clients) for m, t, arm in EXPECTED)
    site = Site(loaded, asked)
    points = np.random.default_rng(SEED).random((replications, len(site.axes)))
    truths = site.draws(points)
    plan = Plan(loaded.scenario, loaded.library, truths)
    prior, _ = sobol_points(len(site.axes), DRAWS, 1, SCRAMBLINGS)
    names = [*PARAMETERS, *(f"{m} {t} {('control', 'ips')[arm]}" for m, t, arm in EXPECTED)]

    def quantities(u: np.ndarray) -> np.ndarray:
        draws = site.draws(u)
        return np.array([*(draws.column(id) for id in PARAMETERS), *site.means(u)])

    true, before = quantities(points), quantities(prior)
    inside, narrower = [], []
    for r in range(replications):
        world = Worlds(plan, slice(r, r + 1)).headline
        _, _, histories = trace_block(world._replace(people=2 * clients, months=MONTHS))
        local = Site(loaded, tuple(observed(histories[0], clients)))
        likelihood = local.log_likelihood(prior[:CORRELATION_DRAWS])
        sample = importance_sample(likelihood, len(site.axes), DRAWS)
        after = quantities(sample.resampled(DRAWS))
        below = (after < true[:, r, None]).mean(axis=1)
        inside.append([(below > 0.25) & (below < 0.75), (below > 0.05) & (below < 0.95)])
        narrower.append(after.std(axis=1) / before.std(axis=1))
    covered, sd = np.mean(inside, axis=0), np.mean(narrower, axis=0)
    print(f"{replications} replications of {clients} clients in each arm")
    for k, name in enumerate(names):
        print(f"{name:45} 50%: {covered[0, k]:.2f}  90%: {covered[1, k]:.2f}  sd {sd[k]:.2f}")


if __name__ == "__main__":
    main(*(int(word) for word in (sys.argv[1:] + ["60", "40"][len(sys.argv) - 1 :])))
