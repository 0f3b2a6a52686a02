"""Black-box checks of good modelling practice, run on a user's own scenario.

Each check changes the scenario, or what the walk reads, in a way whose consequence is known, and
compares. The numbers (V01 ...) are those of the list behind the test suite
(``tests/verification``), which runs many more, on the shipped scenarios.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ips_econ.errors import InputError
from ips_econ.evaluation.blocks import Arrays, Plan, Worlds, plan_of, simulate_block
from ips_econ.evaluation.checks import Check
from ips_econ.evaluation.cohort import expected_shares
from ips_econ.ledger.posting import Count
from ips_econ.ledger.streams import IPS_CATEGORIES
from ips_econ.ledger.walk import History, Measure, World, live_block, trace_block
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.population.attributes import Benefit, Diagnosis
from ips_econ.scenario.loading import LoadedScenario, load_scenario
from ips_econ.tax_benefit.items import BENEFIT_ITEMS, PARTICIPANT_ITEMS, TAX_ITEMS, Item
from ips_econ.trajectories.inputs import effect_share

DRAWS, PEOPLE = 16, 60
TWIN_PEOPLE = 2000
LONGEST_YEARS = 5
NEVER_RETIRED = 59.5
"""Age above which the cohort twin, in which nobody retires, is not compared."""
FALSE_ALARM = 1e-4
EURO_SUM = 1e-6
CONTROL, IPS = 0, 1
SAME_EFFECT = "comparator.ips_likeness=1"
SAME_SERVICES = "comparator.substitution=0"
SAME_TREATMENT = "economics.treatment_route=none"
NO_COST = tuple(
    f"parameters.programme.{name}=0"
    for name in (
        "coach_salary",
        "leader_salary",
        "manager_salary",
        "training_cost_coach_year",
        "fidelity_review_year",
    )
)
PAYERS_OF = slice(Measure.PARTICIPANT, Measure.HEALTH_EFFECTS + 1)

Numbers = NDArray[np.float64]


@dataclass
class Bench:
    """A scenario under test: the same small run with one thing changed at a time."""

    name: str
    sets: Sequence[str] = ()
    library: ParameterLibrary | None = None
    plans: dict[tuple[str, ...], Plan] = field(default_factory=dict)

    def load(self, *sets: str) -> LoadedScenario:
        """The scenario with changes, in the size of a check."""
        small = (f"run.draws={DRAWS}", f"run.people={PEOPLE}", "run.shared_replicate=false")
        loaded = load_scenario(self.name, (*self.sets, *small, *sets), library=self.library)
        years = loaded.scenario.economics.horizon_years
        if years > LONGEST_YEARS and not any("horizon_years" in s for s in sets):
            return self.load(*sets, f"economics.horizon_years={LONGEST_YEARS}")
        return loaded

    def plan(self, *sets: str) -> Plan:
        """Its plan; the unchanged one and the last are kept, as their tables of law are large."""
        if sets not in self.plans:
            self.plans = {key: value for key, value in self.plans.items() if key == ()}
            self.plans[sets] = plan_of(self.load(*sets))
            self.plans[sets].prepare()
        return self.plans[sets]

    def world(self, *sets: str) -> World:
        """Everything the walk reads."""
        plan = self.plan(*sets)
        return Worlds(plan, slice(0, len(plan.draws))).headline

    def block(self, *sets: str) -> Arrays:
        """One simulated block with its ledger."""
        plan = self.plan(*sets)
        return simulate_block(plan, slice(0, len(plan.draws)))


def verify(
    name: str, sets: Sequence[str] = (), library: ParameterLibrary | None = None
) -> Iterator[Check]:
    """Every check on a scenario, as it is done.

    Raises
    ------
    InputError
        If the scenario cannot be used.
    """
    bench = Bench(name, sets, library)
    bench.load()
    for check in CHECKS:
        yield from check(bench)


def difference(measures: Numbers) -> Numbers:
    """IPS less control, person by person ``(draw, person, measure)``."""
    return measures[:, :, IPS] - measures[:, :, CONTROL]


def largest(values: Numbers) -> float:
    """Largest absolute value; zero of nothing."""
    return float(np.abs(values).max(initial=0.0))


def prices(bench: Bench) -> Iterator[Check]:
    """V01: a unit price raised by a tenth raises its line by a tenth and moves nothing else."""
    world = bench.world(SAME_TREATMENT)
    none = np.zeros_like(world.prices.outpatient_visit)
    alone = world.prices._replace(
        outpatient_visit=none, medication_month=np.zeros_like(world.prices.medication_month)
    )
    dearer = alone._replace(inpatient_day=1.1 * alone.inpatient_day)
    before, after = (live_block(world._replace(prices=p)).sums for p in (alone, dearer))
    cost = before[..., Measure.TREATMENT_COST].sum()
    ratio = after[..., Measure.TREATMENT_COST].sum() / cost if cost > 0.0 else 1.1
    yield Check("V01", "price_raised", 1.1, float(ratio), 1e-9)
    others = [
        measure
        for measure in Measure
        if measure < Measure.PARTICIPANT and measure is not Measure.TREATMENT_COST
    ]
    yield Check("V01", "price_elsewhere", 0.0, largest(after[..., others] - before[..., others]))


def states(bench: Bench) -> Iterator[Check]:
    """V10, V13 to V15: who is where, and what happens when a hazard is nothing or certain."""
    world = bench.world()
    people = world.people
    monthly = live_block(world).monthly.sum(axis=2)
    alive = monthly[..., Count.ALIVE] + monthly[..., Count.LIFE_ENDED]
    statuses = monthly[..., Count.STATUS_0 : Count.STATUS_0 + len(Benefit)].sum(axis=-1)
    apart = max(largest(alive - people), largest(statuses - monthly[..., Count.ALIVE]))
    yield Check("V10", "occupancy", 0.0, apart, EURO_SUM)

    dying = live_block(world._replace(death=np.ones_like(world.death))).monthly.sum(axis=2)
    kept = [c for c in range(dying.shape[-1]) if c != Count.LIFE_ENDED]
    yield Check("V13", "all_dead", 0.0, largest(dying[..., kept]))

    no_work = world.hazards._replace(
        find=np.zeros_like(world.hazards.find),
        reemployment=np.zeros_like(world.hazards.reemployment),
    )
    idle = live_block(world._replace(hazards=no_work)).sums
    yield Check("V14", "no_jobs_no_pay", 0.0, largest(idle[..., Measure.GROSS_EARNINGS]))
    cost = float(idle[:, IPS, Measure.PROGRAMME_COST].sum())
    with_jobs = float(live_block(world).sums[:, IPS, Measure.PROGRAMME_COST].sum())
    yield Check("V14", "no_jobs_same_cost", with_jobs, cost, EURO_SUM)

    fleeting = world.hazards._replace(
        first_loss=np.ones_like(world.hazards.first_loss),
        later_loss=np.ones_like(world.hazards.later_loss),
        multiplier=np.ones_like(world.hazards.multiplier),
    )
    _, _, histories = trace_block(world._replace(hazards=fleeting))
    yield Check("V15", "jobs_of_one_month", 1.0, float(histories[..., History.TENURE].max()))


def programme(bench: Bench) -> Iterator[Check]:
    """V20, V55: how long clients stay, and what a fuller caseload does."""
    world = bench.world(SAME_EFFECT, SAME_SERVICES)
    monthly = live_block(undying(world)).monthly[:, IPS]
    served = monthly[..., Count.IN_SERVICE].sum() / (DRAWS * TWIN_PEOPLE)
    mean = bench.plan(SAME_EFFECT, SAME_SERVICES).draws.column("programme.mean_months_in_service")
    # months in service are geometric and cut at the horizon: P(at least k) = stay ** (k - 1)
    k = np.arange(1, world.months + 1)
    at_least = (1.0 - 1.0 / mean[:, None]) ** (k - 1)
    expected = at_least.sum(axis=1)
    variance = ((2 * k - 1) * at_least).sum(axis=1) - expected**2
    luck = math.sqrt(float(variance.mean()) / (DRAWS * TWIN_PEOPLE))
    limit = -float(ndtri(FALSE_ALARM / 2)) * luck
    yield Check("V20", "months_in_service", float(expected.mean()), float(served), limit)
    usual, fuller = (bench.plan(f"programme.caseload={c}") for c in (20, 25))
    share = [effect_share(p.scenario, p.draws) for p in (usual, fuller)]
    yield Check("V55", "fuller_less_effect", 1.0, float(np.all(share[1] <= share[0] + 1e-12)))
    month = [bench.world(f"programme.caseload={c}").prices.ips_month for c in (20, 25)]
    yield Check("V55", "fuller_cheaper", 1.0, float(np.all(month[1] < month[0])))


def results(bench: Bench) -> Iterator[Check]:
    """V22 to V25: where a result must be nothing, the programme's cost, or add up."""
    world = bench.world(SAME_EFFECT, SAME_SERVICES, SAME_TREATMENT, *NO_COST)
    _, measures, _ = trace_block(world)
    yield Check("V22", "same_is_nothing", 0.0, largest(difference(measures)))

    plan = bench.plan(SAME_EFFECT, SAME_SERVICES, SAME_TREATMENT)
    world = bench.world(SAME_EFFECT, SAME_SERVICES, SAME_TREATMENT)
    _, measures, histories = trace_block(world)
    months = histories[:, :, IPS, :, History.IN_SERVICE] * world.prices.discount[: world.months]
    cost = months.sum(axis=-1) * world.prices.ips_month[:, None]
    society = difference(measures)[..., Measure.SOCIETY]
    yield Check("V23", "cost_alone", float(-cost.mean()), float(society.mean()), EURO_SUM)
    block = simulate_block(plan, slice(0, len(plan.draws)))
    other = [plan.categories[line.category].name not in IPS_CATEGORIES for line in plan.lines]
    moved = block["present"][:, IPS] - block["present"][:, CONTROL]
    yield Check("V23", "only_programme_lines", 0.0, largest(moved[:, other]))

    undiscounted = bench.block("economics.discount_rate=0")
    apart = largest(undiscounted["present"] - undiscounted["yearly"].sum(axis=2))
    yield Check("V24", "rate_of_zero", 0.0, apart, EURO_SUM)
    _, measures, _ = trace_block(bench.world())
    payers = measures[..., PAYERS_OF].sum(axis=-1) - measures[..., Measure.SOCIETY]
    yield Check("V25", "payers_make_society", 0.0, largest(payers), EURO_SUM)
    yield Check("V25", "transfers_cancel", 0.0, largest(bench.block()["imbalance"]), 0.01)


def money_of_a_month(bench: Bench) -> Iterator[Check]:
    """V26: net income, taxes and fees less benefits are gross pay, in every cell of the law."""
    items = bench.plan().rules.items
    net = items[..., list(PARTICIPANT_ITEMS)].sum(axis=-1)
    taxes = items[..., list(TAX_ITEMS)].sum(axis=-1)
    benefits = items[..., list(BENEFIT_ITEMS)].sum(axis=-1)
    gap = net - taxes - benefits - items[..., Item.gross_wage]
    yield Check("V26", "pay_reconciles", 0.0, largest(gap), 0.01)


def size(bench: Bench) -> Iterator[Check]:
    """V27, V36, V44: sizes, subgroups, seeds and blocks."""
    world = bench.world()
    few, many = (live_block(world._replace(people=n)) for n in (PEOPLE, 2 * PEOPLE))
    k = Measure.MONTHS_EMPLOYED
    means = [b.sums[:, IPS, k].sum() / (DRAWS * n) for b, n in ((few, PEOPLE), (many, 2 * PEOPLE))]
    # the first half of the many are the few: the difference is half of that between the halves
    variance = many.squares[:, IPS, k] / (2 * PEOPLE) - (many.sums[:, IPS, k] / (2 * PEOPLE)) ** 2
    error = math.sqrt(float(variance.mean()) / (2 * DRAWS * PEOPLE))
    limit = -float(ndtri(FALSE_ALARM / 2)) * error
    yield Check("V27", "twice_the_people", float(means[0]), float(means[1]), limit)

    groups = few.group_sums[:, : len(Diagnosis)].sum(axis=1)
    kept = [Measure.EVER_EMPLOYED_18M, Measure.MONTHS_EMPLOYED]
    total = few.sums[:, :2][..., kept]
    yield Check("V36", "subgroups_add_up", 0.0, largest(groups[..., :2] - total), EURO_SUM)

    plan = bench.plan()
    whole = simulate_block(plan, slice(0, DRAWS))["sums"]
    halves = [simulate_block(plan, slice(i, i + DRAWS // 2))["sums"] for i in (0, DRAWS // 2)]
    yield Check("V44", "blocks_do_not_matter", 0.0, largest(whole - np.concatenate(halves)))
    other = bench.world("run.seed=987654321")
    moved = largest(live_block(other).sums - few.sums)
    yield Check("V44", "another_seed_another_luck", 1.0, float(moved > 0.0))


def treatment(bench: Bench) -> Iterator[Check]:
    """V29, V30, V34: treatment use is the same, counted once, and saves only what is cashable."""
    _, _, histories = trace_block(bench.world(SAME_TREATMENT))
    use = histories[..., [History.DAYS, History.VISITS]]
    yield Check("V29", "same_treatment", 0.0, largest(use[:, :, IPS] - use[:, :, CONTROL]))
    try:
        bench.load('economics.treatment_route=["allocation", "employment"]')
    except InputError:
        refused = 1.0
    else:
        refused = 0.0
    yield Check("V30", "both_routes_refused", 1.0, refused)
    _, measures, histories = trace_block(
        bench.world("economics.treatment_route=allocation", "economics.cashable_share=0")
    )
    saved = difference(measures)[..., Measure.TREATMENT_COST]
    yield Check("V34", "nothing_cashable", 0.0, largest(saved), EURO_SUM)


def arms(bench: Bench) -> Iterator[Check]:
    """V35: the arms' hazards exchanged turn every difference round, person by person."""
    world = bench.world(SAME_SERVICES, SAME_TREATMENT, *NO_COST)
    names = ("find", "reemployment", "first_loss", "later_loss", "multiplier")
    turned = {name: np.ascontiguousarray(getattr(world.hazards, name)[:, ::-1]) for name in names}
    _, before, _ = trace_block(world)
    _, after, _ = trace_block(world._replace(hazards=world.hazards._replace(**turned)))
    yield Check("V35", "arms_exchanged", 0.0, largest(difference(before) + difference(after)))


def undying(world: World) -> World:
    """Many of the same clients, none of whom dies or retires within the horizon."""
    ages = np.minimum(world.population.age_quantiles, NEVER_RETIRED)
    return world._replace(
        people=TWIN_PEOPLE,
        death=np.zeros_like(world.death),
        population=world.population._replace(age_quantiles=ages),
    )


def cohort(bench: Bench) -> Iterator[Check]:
    """V47: a cohort without individuals has the same share in work, within its luck."""
    world = undying(bench.world())
    joint = expected_shares(world.hazards, world.population).employed[..., : world.months]
    counts = live_block(world).monthly[..., Count.EMPLOYED].sum(axis=2)
    luck = np.sqrt((joint * (1.0 - joint)).sum(axis=0) / TWIN_PEOPLE) / DRAWS
    apart = np.abs(counts.mean(axis=0) / TWIN_PEOPLE - joint.mean(axis=0)) / luck
    limit = -float(ndtri(FALSE_ALARM / 2 / apart.size))
    yield Check("V47", "cohort_agrees", 0.0, float(apart.max()), limit)


CHECKS: tuple[Callable[[Bench], Iterator[Check]], ...] = (
    prices,
    states,
    programme,
    results,
    money_of_a_month,
    size,
    treatment,
    arms,
    cohort,
)
