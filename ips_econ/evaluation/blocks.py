"""A block of draws, the unit of work: simulate, post, check, keep what is reported, forget.

A plan holds everything that is the same for all blocks. A block's result is a flat dictionary of
arrays that start with the draws of the block, so a finished block on disk is what a resumed run
reads and blocks are joined by stacking.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ips_econ.errors import RunError
from ips_econ.evaluation.programme import calendar_flows
from ips_econ.ledger.accounts import ALLOWANCES, Category
from ips_econ.ledger.balance import check_ledger, check_occupancy, check_rules
from ips_econ.ledger.posting import Count, Rules
from ips_econ.ledger.prices import chart_of_accounts, rule_tables, run_prices, service_cost
from ips_econ.ledger.streams import Line, category_amounts, ledger_lines, post
from ips_econ.ledger.walk import World, live_block
from ips_econ.parameters.draws import ParameterDraws, draw_parameters
from ips_econ.parameters.library import ParameterLibrary
from ips_econ.population.people import Population
from ips_econ.population.sampling import normal_quantiles, population_tables
from ips_econ.scenario.loading import LoadedScenario
from ips_econ.scenario.schema import Scenario
from ips_econ.tax_benefit.items import BENEFIT_ITEMS, PARTICIPANT_ITEMS, Item
from ips_econ.trajectories.hazards import (
    LEVEL_TOLERANCE,
    EmploymentDraws,
    Hazards,
    Persistence,
    in_region,
    solve_hazards,
    with_persistence,
)
from ips_econ.trajectories.inputs import (
    Reference,
    benefit_hazards,
    death_probabilities,
    employment_draws,
    job_terms,
    persistence_path,
    reference_population,
    treatment_inputs,
)
from ips_econ.units import MONTHS_PER_YEAR

TRAJECTORY = (
    "employed",
    "employed_part_time",
    "employed_full_time",
    "ever_employed",
    "in_service",
    "gross_earnings",
    "net_income",
    "benefits",
    "inpatient_days",
    "outpatient_visits",
    "alive",
)
EFFECTS_COMPARED = ("outside_us", "nordic", "sceptical")
COMPANION_SHARE = 5  # companion runs follow every fifth person
SMALLEST_COMPANION = 40
MISSED_DRAWS_ALLOWED = 0.01

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Variant:
    """A structural alternative to the headline, run on the same draws and luck."""

    kind: str
    name: str
    persistence: Persistence
    substitution: float | None = None  # None: as drawn
    effect: str | None = None  # None: the scenario's


@dataclass(frozen=True)
class Plan:
    """Everything that all blocks of a run share."""

    scenario: Scenario
    library: ParameterLibrary
    draws: ParameterDraws

    @property
    def months(self) -> int:
        """Horizon in months."""
        return self.scenario.economics.horizon_years * MONTHS_PER_YEAR

    @property
    def persistence(self) -> Persistence:
        """The headline's shape of persistence."""
        return Persistence[self.scenario.economics.persistence.upper()]

    @cached_property
    def pension_right_share(self) -> float:
        """Share of pension contributions that comes back as a pension right."""
        on = self.scenario.economics.policy_date
        return self.library.value("labour_market.pension_right_share", on, "share")

    @cached_property
    def categories(self) -> list[Category]:
        """The chart of accounts."""
        return chart_of_accounts(self.library, self.scenario)

    @cached_property
    def rules(self) -> Rules:
        """The law as tables, checked."""
        rules = rule_tables(self.library, self.scenario, self.categories, self.pension_right_share)
        check_rules(rules, self.categories)
        return rules

    @cached_property
    def lines(self) -> list[Line]:
        """The ledger's lines."""
        prices = run_prices(self.library, self.scenario, self.draws.rows(slice(0, 1)), self.months)
        return ledger_lines(self.categories, prices.ips_payers)

    @property
    def companion_people(self) -> int:
        """People followed in the companion runs of the structural alternatives."""
        people = self.scenario.run.people
        return min(people, max(SMALLEST_COMPANION, people // COMPANION_SHARE))

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Persistence shapes, substitution shares and effects shown beside the headline."""
        shapes = [Variant("persistence", p.name.lower(), p) for p in Persistence]
        shares = [
            Variant("substitution", "0", self.persistence, 0.0),
            Variant("substitution", "1", self.persistence, 1.0),
        ]
        effects = [
            Variant("effect", name, self.persistence, effect=name)
            for name in EFFECTS_COMPARED
            if name != self.scenario.economics.effect
        ]
        return (*shapes, *shares, *effects)

    def prepare(self) -> None:
        """Build the shared tables before the blocks start."""
        _ = self.rules, self.lines


def plan_of(loaded: LoadedScenario) -> Plan:
    """Draw every uncertain parameter of a scenario."""
    economics, run = loaded.scenario.economics, loaded.scenario.run
    draws = draw_parameters(
        loaded.library,
        on=economics.policy_date,
        price_year=economics.price_year,
        draws=run.draws,
        seed=run.seed,
    )
    return Plan(loaded.scenario, loaded.library, draws)


@dataclass(frozen=True)
class Worlds:
    """The worlds of a block: the headline's and those of its structural alternatives.

    Hazards are solved once, and put on each persistence path once.
    """

    plan: Plan
    rows: slice

    @cached_property
    def draws(self) -> ParameterDraws:
        """The block's draws."""
        return self.plan.draws.rows(self.rows)

    @cached_property
    def population(self) -> Population:
        """What the block's clients are sampled from."""
        return population_tables(self.plan.scenario, self.draws)

    @cached_property
    def reference(self) -> Reference:
        """The trials' clients."""
        return reference_population(self.draws)

    @cached_property
    def solved(self) -> tuple[EmploymentDraws, Hazards]:
        """Inputs of work, and hazards without a persistence path, for the scenario's effect."""
        return self.solve(self.plan.scenario)

    def solve(self, scenario: Scenario) -> tuple[EmploymentDraws, Hazards]:
        """Inputs of work and hazards for a scenario's choice of effect."""
        inputs = employment_draws(scenario, self.draws, self.reference)
        return inputs, solve_hazards(inputs, self.reference.weights, self.plan.months)

    def hazards(self, shape: Persistence, effect: str | None = None) -> Hazards:
        """The region's hazards on a persistence path."""
        plan = self.plan
        inputs, hazards = self.solved
        if effect is not None:
            economics = plan.scenario.economics.model_copy(update={"effect": effect})
            inputs, hazards = self.solve(plan.scenario.model_copy(update={"economics": economics}))
        path = persistence_path(shape, plan.library, plan.scenario, self.draws)
        on_path = with_persistence(hazards, inputs, self.reference.weights, path)
        return in_region(on_path, inputs)

    @cached_property
    def headline(self) -> World:
        """Everything the walk reads for the scenario as it stands."""
        plan, draws = self.plan, self.draws
        scenario, library = plan.scenario, plan.library
        first = self.rows.start or 0
        replicates = np.arange(first, first + len(draws), dtype=np.int64)
        return World(
            seed=scenario.run.seed,
            replicates=np.zeros_like(replicates) if scenario.run.shared_replicate else replicates,
            people=scenario.run.people,
            months=plan.months,
            hazards=self.hazards(plan.persistence),
            population=self.population,
            benefits=benefit_hazards(draws),
            terms=job_terms(scenario, draws),
            treatment=treatment_inputs(scenario, draws),
            death=death_probabilities(draws),
            normal_quantiles=normal_quantiles(),
            rules=plan.rules,
            prices=run_prices(library, scenario, draws, plan.months),
        )

    def variant(self, variant: Variant) -> World:
        """A structural alternative, for the companion people."""
        world = self.headline._replace(people=self.plan.companion_people)
        if variant.persistence is not self.plan.persistence or variant.effect is not None:
            hazards = self.hazards(variant.persistence, variant.effect)
            world = world._replace(hazards=hazards)
        if variant.substitution is not None:
            share = np.full(len(self.draws), variant.substitution)
            world = world._replace(population=self.population._replace(substitution=share))
        return world


def trajectories(by_month: np.ndarray, allowances: np.ndarray) -> np.ndarray:
    """Sums over people ``(draw, arm, month, metric)`` in the order of ``TRAJECTORY``.

    ``by_month`` ``(draw, arm, month, column)``; ``allowances`` ``(draw, arm, month)`` are what
    the comparator's services pay the client, which is income and benefit as the law's own is.
    """
    money = {
        "gross_earnings": by_month[..., Item.gross_wage],
        "net_income": by_month[..., list(PARTICIPANT_ITEMS)].sum(axis=-1) + allowances,
        "benefits": by_month[..., list(BENEFIT_ITEMS)].sum(axis=-1) + allowances,
    }
    columns = [
        money[name] if name in money else by_month[..., Count[name.upper()]] for name in TRAJECTORY
    ]
    return np.stack(columns, axis=-1)


def simulate_block(plan: Plan, rows: slice) -> Arrays:
    """Simulate, post and check one block of draws; returns what the run keeps of it."""
    worlds = Worlds(plan, rows)
    world, draws = worlds.headline, worlds.draws
    totals = live_block(world)
    people = world.people
    check_occupancy(totals, people)
    cost = service_cost(plan.scenario, draws)
    amounts = category_amounts(
        totals.monthly, plan.categories, world.prices, cost, plan.pension_right_share
    )
    ledger = post(amounts, plan.categories, plan.lines, world.prices, people)
    imbalance = check_ledger(ledger, plan.lines, totals, plan.categories, people)
    by_month = totals.monthly.sum(axis=2)
    paid = [i for i, category in enumerate(plan.categories) if category.name in ALLOWANCES]
    allowances = amounts[..., paid].sum(axis=(2, 4))
    statuses = by_month.sum(axis=2) / people
    result: Arrays = {
        "yearly": ledger.yearly,
        "present": ledger.present,
        "payer_month": (ledger.by_entry[:, 1] - ledger.by_entry[:, 0]).sum(axis=1) / people,
        "imbalance": imbalance,
        "trajectory": trajectories(by_month, allowances) / people,
        "sums": totals.sums,
        "squares": totals.squares,
        "group_sums": totals.group_sums,
        "group_sizes": totals.group_sizes,
        "level_miss": world.hazards.level_miss,
        "gap_misses": world.hazards.gap_misses,
        "working_months": statuses[..., Count.WORKING_0 : Count.WORKING_0 + 5],
        "poorer_months": statuses[..., Count.POORER_0 : Count.POORER_0 + 5],
        "calendar": calendar_flows(plan.scenario, draws, totals.monthly, ledger, people),
    }
    result.update(companions(worlds))
    return result


def companions(worlds: Worlds) -> Arrays:
    """The structural alternatives on the same draws, with fewer of the same people.

    For each variant sums and squares of the people's differences ``(draw, measure)``, the
    employment gap by month and the share in work in one arm only ``(draw, month)``. The headline
    is run on the same few people too, so that means can be corrected for who they are.
    """
    result: Arrays = {}
    for variant in worlds.plan.variants:
        world = worlds.variant(variant)
        totals = live_block(world)
        employed = totals.monthly[..., Count.EMPLOYED].sum(axis=2) / world.people
        key = f"{variant.kind}.{variant.name}"
        result[f"{key}.sums"] = totals.sums[:, 2]
        result[f"{key}.squares"] = totals.squares[:, 2]
        result[f"{key}.gap"] = employed[:, 1] - employed[:, 0]
        discordant = totals.monthly[:, 1, :, :, Count.DISCORDANT].sum(axis=1)
        result[f"{key}.discordant"] = discordant / world.people
    return result


def check_levels(level_miss: np.ndarray) -> int:
    """Number of draws whose published level could not be reached; too many stop the run."""
    missed = int((level_miss > LEVEL_TOLERANCE).sum())
    if missed > MISSED_DRAWS_ALLOWED * len(level_miss):
        raise RunError(
            f"in {missed} of {len(level_miss)} draws the share who find work by month 18 cannot be "
            "reached by any monthly hazard. Lower effect.control_ever_employed_18m_severe or "
            "effect.competitive_work_ratio, or raise employment.low_finder_hazard_ratio."
        )
    return missed
