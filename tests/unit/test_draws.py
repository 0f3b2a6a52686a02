"""Parameter draws: their domain (V04), their joint distribution (V45), and what fixing changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from ips_econ.errors import InputError
from ips_econ.parameters.distributions import dirichlet_sd, mean_sd, quantile_function
from ips_econ.parameters.draws import ParameterDraws, draw_parameters, sampled_dimensions
from ips_econ.parameters.library import ParameterLibrary, load_library
from ips_econ.parameters.prices import price_factor
from ips_econ.parameters.schema import UNITS
from ips_econ.parameters.sobol import sobol_points

ON = date(2026, 6, 1)
SOURCES = '[atlas]\ncitation = "Atlas of Toyland 2020"\n'
ENTRY = """
[{name}]
title = "{name}"
kind = "{kind}"
unit = "{unit}"
{prices}
[[{name}.values]]
from = 2019-01-01
{value}
source = {{ key = "atlas", basis = "seen" }}
{grade}
checked = 2026-01-15
"""
GRADE = 'grade = { quality = "low", directness = "high", reason = "asked two" }'
CORRELATION = """
[[correlation]]
between = ["work.{}", "work.{}"]
rank = {}
source = {{ basis = "judgement" }}
"""


def entry(name: str, unit: str, value: str, kind: str = "estimate", prices: str = "") -> str:
    grade = "" if kind == "statute" else GRADE
    return ENTRY.format(name=name, kind=kind, unit=unit, value=value, prices=prices, grade=grade)


BETA = 'value = 0.3\ndistribution = { family = "beta", sd = 0.1 }'
NORMAL = 'value = 0\ndistribution = { family = "normal", sd = 1 }'
GAMMA = 'value = 2\ndistribution = { family = "gamma", cv = 0.2 }'
UNIFORM = 'value = 0.5\ndistribution = { family = "uniform", low = 0.5, high = 1 }'
SHARES = """table = { a = 0.5, b = 0.3, c = 0.2 }
distribution = { family = "dirichlet", counts = 20 }"""
PAY = 'value = 3000\ndistribution = { family = "gamma", cv = 0.1 }'
OF_2020 = 'price_year = 2020\nprice_index = "prices.toys"\n'
NOMINAL = 'price_basis = "nominal"\n'
WORK = "".join(
    [
        entry("alpha", "share", BETA),
        entry("beta", "log-ratio", NORMAL),
        entry("gamma", "ratio", GAMMA),
        entry("delta", "ratio", UNIFORM),
        entry("epsilon", "share", "value = 0.25", "choice"),
        entry("eta", "share", SHARES),
        entry("scale", "share", "schedule = [[0, 0.1], [100, 0.2]]", "statute"),
        entry("pay", "EUR/month", PAY, "price", OF_2020),
        entry("allowance", "EUR/month", "value = 700", "statute", NOMINAL),
    ]
)
PRICES = entry("toys", "index", "table = { 2020 = 100, 2026 = 120 }")
TARGETS = entry("target", "share", BETA)

Make = Callable[..., ParameterLibrary]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def library(*correlations: tuple[str, str, float], more: str = "") -> ParameterLibrary:
        for name, text in (("prices", PRICES), ("check", TARGETS), ("work", WORK + more)):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "all.toml").write_text(text)
        (tmp_path / "sources.toml").write_text(SOURCES)
        texts = [CORRELATION.format(*pair) for pair in correlations]
        (tmp_path / "correlations.toml").write_text("".join(texts) or "# none\n")
        return load_library(tmp_path)

    return library


def drawn(library: ParameterLibrary, draws: int = 1024, seed: int = 0, **more) -> ParameterDraws:  # type: ignore[no-untyped-def]
    return draw_parameters(library, on=ON, price_year=2026, draws=draws, seed=seed, **more)


def test_columns_are_sorted_and_what_is_not_random_is_constant(make: Make) -> None:
    draws = drawn(make())
    names = "allowance alpha beta delta epsilon eta.a eta.b eta.c gamma pay"
    assert " ".join(id.removeprefix("work.") for id in draws.ids) == names
    constant = ("work.allowance", "work.epsilon")
    assert draws.sampled == tuple(id for id in draws.ids if id not in constant)
    assert draws.values.shape == (1024, 10) and draws.values.dtype == np.float64
    assert (draws.column("work.allowance", "EUR/month") == 700).all()
    assert set(draws.table("work.eta")) == {"a", "b", "c"}


def test_prices_are_carried_to_the_price_year(make: Make) -> None:
    library = make()
    then = draw_parameters(library, on=ON, price_year=2020, draws=64, seed=1)
    now = draw_parameters(library, on=ON, price_year=2026, draws=64, seed=1)
    assert now.column("work.pay") == pytest.approx(1.2 * then.column("work.pay"))
    assert (now.column("work.allowance") == then.column("work.allowance")).all()


def test_the_same_seed_gives_the_same_bits_and_another_gives_others(make: Make) -> None:
    library = make()
    first, again, other = drawn(library), drawn(library), drawn(library, seed=1)
    assert first.values.tobytes() == again.values.tobytes()
    assert (first.column("work.alpha") != other.column("work.alpha")).all()


def test_fixing_a_parameter_leaves_all_other_draws_unchanged(make: Make) -> None:
    library = make(("alpha", "gamma", 0.7), ("gamma", "delta", -0.3))
    before = drawn(library)
    for id in ("work.alpha", "work.gamma", "work.pay"):
        after = drawn(library.with_overrides({id: 0.4}))
        others = [other for other in before.ids if other != id]
        assert (after.column(id) == after.column(id)[0]).all()
        for other in others:
            assert (after.column(other) == before.column(other)).all()


def test_making_a_choice_random_leaves_all_other_draws_unchanged(make: Make) -> None:
    library = make()
    before = drawn(library)
    stated = {"low": 0.1, "high": 0.4}
    after = drawn(library.with_overrides({"work.epsilon": stated}))
    assert "work.epsilon" in after.sampled
    assert len(np.unique(after.column("work.epsilon"))) == 1024
    for id in before.sampled:
        assert (after.column(id) == before.column(id)).all()


def test_v38_without_spread_every_draw_is_the_deterministic_one(make: Make) -> None:
    library = make(("alpha", "gamma", 0.7))
    base = drawn(library, deterministic=True)
    fixed: dict[str, object] = {
        id: float(base.column(id)[0]) for id in base.sampled if not id.startswith("work.eta")
    }
    fixed["work.pay"] = 3000
    fixed["work.eta"] = {name: float(column[0]) for name, column in base.table("work.eta").items()}
    draws = drawn(library.with_overrides(fixed))
    assert draws.sampled == ()
    assert draws.values == pytest.approx(np.repeat(base.values, 1024, axis=0), rel=1e-12)


def test_the_deterministic_draw_stands_at_the_means(make: Make) -> None:
    base = drawn(make(), deterministic=True)
    assert len(base) == 1
    values = {id: float(base.column(id)[0]) for id in base.ids}
    expected = {
        "alpha": 0.3,
        "beta": 0.0,
        "gamma": 2.0,
        "delta": 0.75,
        "epsilon": 0.25,
        "pay": 3600.0,
    }
    assert values | {f"work.{k}": pytest.approx(v) for k, v in expected.items()} == values


@pytest.mark.parametrize(
    ("draws", "sizes"), [(1000, [125] * 8), (1003, [126] * 3 + [125] * 5), (3, [1] * 3), (1, [1])]
)
def test_any_number_of_draws_is_divided_over_the_scramblings(
    make: Make, draws: int, sizes: list[int]
) -> None:
    found = drawn(make(), draws=draws)
    assert found.scrambling.dtype == np.int16
    assert np.bincount(found.scrambling).tolist() == sizes
    assert np.isfinite(found.values).all()


def test_rows_are_a_block(make: Make) -> None:
    draws = drawn(make())
    block = draws.rows(slice(128, 256))
    assert (block.values == draws.values[128:256]).all()
    assert (block.scrambling == 1).all()
    assert block.ids == draws.ids


def test_a_column_that_is_not_there_is_answered_with_the_nearest(make: Make) -> None:
    draws = drawn(make())
    with pytest.raises(InputError, match="did you mean 'work.alpha'"):
        draws.column("work.alfa")
    with pytest.raises(InputError, match="another unit; found 'ratio'; allowed: share"):
        draws.column("work.alpha", "ratio")
    with pytest.raises(InputError, match="is a number, not a table"):
        draws.table("work.alpha")
    with pytest.raises(InputError, match="not among the draws"):
        draws.column("check.target")


def test_every_gap_the_scenario_must_fill_is_named(make: Make) -> None:
    gap = """
[{0}]
title = "x"
kind = "assumption"
unit = "share"
[[{0}.values]]
from = 2020-01-01
missing = "a count"
"""
    library = make(more=gap.format("one") + gap.format("two"))
    with pytest.raises(InputError, match="work.one: has no published value") as raised:
        drawn(library)
    assert len(raised.value.problems) == 2
    filled = library.with_overrides(
        {"work.one": 0.1, "work.two": {"low": 0.1, "value": 0.2, "high": 0.5}}
    )
    assert "work.two" in drawn(filled).sampled


def test_a_design_is_pushed_through_the_quantile_functions(make: Make) -> None:
    library = make(("alpha", "gamma", 0.7))
    names = sampled_dimensions(library, ON)
    points = np.random.default_rng(3).random((50, len(names)))
    draws = drawn(library, draws=50, points=points)
    assert draws.sampled == tuple(sorted(names))
    parameter = library.parameters["work.delta"].values[0]
    assert parameter.distribution and parameter.value is not None
    quantile = quantile_function(parameter.distribution, parameter.value)
    u = points[:, names.index("work.delta")]
    assert (draws.column("work.delta") == quantile(u)).all()
    fixed = library.with_overrides({"work.alpha": 0.2})
    names = sampled_dimensions(fixed, ON)
    assert "work.alpha" not in names
    alone = drawn(fixed, draws=50, points=points[:, : len(names)])
    parameter = library.parameters["work.gamma"].values[0]
    assert parameter.distribution and parameter.value is not None
    u = points[:, names.index("work.gamma")]
    expected = quantile_function(parameter.distribution, parameter.value)(u)
    assert (alone.column("work.gamma") == expected).all()


@pytest.mark.parametrize(
    ("points", "message"),
    [(np.full((50, 3), 0.5), "another shape"), (np.zeros((50, 8)), "strictly inside")],
)
def test_a_design_must_fit(make: Make, points: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        drawn(make(), draws=50, points=points)


class TestV45JointDraws:
    @pytest.mark.parametrize("rank", [-0.9, -0.3, 0.5, 0.8])
    def test_have_the_stated_rank_correlation(self, make: Make, rank: float) -> None:
        """Spearman's correlation of 8,192 draws.

        Five standard errors of independent draws (0.011 at most); false-alarm rate below 1e-6
        per new seed, Sobol points vary less.
        """
        draws = drawn(make(("alpha", "gamma", rank)), draws=8192)
        found = stats.spearmanr(draws.column("work.alpha"), draws.column("work.gamma"))
        assert found.statistic == pytest.approx(rank, abs=0.055)

    def test_leave_every_margin_as_it_was(self, make: Make) -> None:
        """Mean and standard deviation of 8,192 draws of correlated parameters.

        Five standard errors of independent draws; false-alarm rate below 4e-6 per new seed.
        """
        library = make(("alpha", "gamma", 0.8), ("alpha", "beta", -0.5))
        draws = drawn(library, draws=8192)
        for id in ("work.alpha", "work.beta", "work.gamma"):
            entry = library.in_force(id, ON)
            assert entry.distribution and entry.value is not None
            mean, sd = mean_sd(entry.distribution, entry.value)
            assert abs(draws.column(id).mean() - mean) < 5 * sd / math.sqrt(8192)
            assert draws.column(id).std() == pytest.approx(sd, rel=0.05)

    def test_leave_what_is_not_correlated_alone(self, make: Make) -> None:
        free, bound = drawn(make()), drawn(make(("alpha", "gamma", 0.8)))
        for id in ("work.beta", "work.delta", "work.pay", "work.eta.b"):
            assert (free.column(id) == bound.column(id)).all()

    def test_keep_the_order_of_two_parameters_tied_to_one_another(self, make: Make) -> None:
        """With rank correlation 0.999 of 128 draws the upper half is the same but for a few.

        The chance of more than 12 exchanges is far below 1e-6 per new seed.
        """
        draws = drawn(make(("alpha", "gamma", 0.999)), draws=128)
        high = [
            column > np.median(column)
            for column in (draws.column("work.alpha"), draws.column("work.gamma"))
        ]
        assert (high[0] != high[1]).sum() <= 12


@pytest.fixture(scope="module")
def library() -> ParameterLibrary:
    return load_library()


@pytest.fixture(scope="module")
def draws(library: ParameterLibrary) -> ParameterDraws:
    return drawn(library, draws=10_000, seed=4)


class TestShippedParameters:
    def test_v04_every_draw_stays_in_its_domain(self, draws: ParameterDraws) -> None:
        assert len(draws.sampled) > 50
        for id in draws.ids:
            low, high = UNITS[draws.units[id]]
            column = draws.column(id)
            assert np.isfinite(column).all(), id
            assert column.min() >= low and column.max() <= high, id
            if id.startswith("mortality.smr"):
                assert column.min() > 0, id

    def test_v05_sampled_mean_and_sd_match_the_documented_ones(
        self, library: ParameterLibrary, draws: ParameterDraws
    ) -> None:
        """V05: 10,000 draws of every shipped uncertain parameter.

        Five standard errors of independent draws for the mean and, from the sample's fourth
        moment, for the standard deviation: false-alarm rate below 1e-6 each, 2e-4 over all, per
        new seed; the scrambled Sobol points vary less.
        """
        for id in draws.sampled:
            column = draws.column(id)
            if id in library.parameters:
                entry = library.in_force(id, ON)
                assert entry.distribution and entry.value is not None
                mean, sd = mean_sd(entry.distribution, entry.value)
                factor = price_factor(library, id, 2026)
                if entry.distribution.sd is not None or entry.distribution.se is not None:
                    assert sd == pytest.approx(entry.distribution.sd or entry.distribution.se)
            else:
                table, _, name = id.rpartition(".")
                entry = library.in_force(table, ON)
                assert entry.distribution and entry.table
                assert isinstance(entry.distribution.counts, float | int)
                mean, factor = entry.table[name], 1.0
                sd = dirichlet_sd(mean, float(entry.distribution.counts))
            mean, sd = mean * factor, sd * factor
            fourth = float(np.mean((column - mean) ** 4))
            error_of_sd = math.sqrt(max(fourth - sd**4, 0.0) / 10_000) / (2 * sd)
            assert abs(column.mean() - mean) < 5 * sd / 100, id
            assert abs(column.std() - sd) < 5 * error_of_sd + 1e-9 * sd, id

    def test_v45_the_stated_correlations_hold(
        self, library: ParameterLibrary, draws: ParameterDraws
    ) -> None:
        """Five standard errors of independent draws; false-alarm rate below 1e-6 each."""
        assert library.correlations
        for pair in library.correlations:
            first, second = (draws.column(id) for id in pair.between)
            found = stats.spearmanr(first, second).statistic
            assert found == pytest.approx(pair.rank, abs=0.055), pair.between


class TestSobol:
    def test_without_scrambling_they_are_the_points_of_scipy(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Unscrambled:
            """Bits that make the scrambling matrix the identity and the shift zero."""

            def integers(self, low: int, high: int, size: object) -> np.ndarray:
                return np.zeros(size, dtype=np.int64)  # type: ignore[call-overload, no-any-return]

        expected = stats.qmc.Sobol(300, scramble=False, bits=30).random(1024)[:1000]
        monkeypatch.setattr("numpy.random.Generator", lambda _: Unscrambled())
        points, _ = sobol_points(300, 1000, seed=0, scramblings=1)
        assert (points - 0.5 / 2**30 == expected).all()

    def test_another_scipy_gives_the_same_points(self, monkeypatch: pytest.MonkeyPatch) -> None:
        here, _ = sobol_points(150, 300, seed=3, scramblings=2)
        monkeypatch.setattr(
            "ips_econ.parameters.sobol._direction_numbers_file", Path("gone").absolute
        )
        there, _ = sobol_points(150, 300, seed=3, scramblings=2)
        assert (here == there).all()

    def test_every_scrambling_is_a_net(self) -> None:
        points, scrambling = sobol_points(120, 1024, seed=0, scramblings=8)
        assert (points > 0).all() and (points < 1).all()
        for k in range(8):
            part = points[scrambling == k]
            strata = np.sort((part * 128).astype(int), axis=0)
            assert (strata == np.arange(128)[:, None]).all()
            for power in range(8):
                cells = (part[:, 0] * 2**power).astype(int) * 2 ** (7 - power)
                cells += (part[:, 1] * 2 ** (7 - power)).astype(int)
                assert np.unique(cells).size == 128

    def test_scramblings_are_independent_and_uniform(self) -> None:
        """First points of 2,000 scramblings: uniform, and uncorrelated from one to the next.

        Kolmogorov-Smirnov at 1e-6 and five standard errors; false-alarm rate about 4e-6.
        """
        points, scrambling = sobol_points(2, 4000, seed=7, scramblings=2000)
        first = points[np.flatnonzero(np.diff(scrambling, prepend=-1))]
        assert stats.kstest(first[:, 0], "uniform").pvalue > 1e-6
        assert stats.kstest(first[:, 1], "uniform").pvalue > 1e-6
        assert abs(np.corrcoef(first[:-1, 0], first[1:, 0])[0, 1]) < 5 / math.sqrt(1999)
        assert abs(np.corrcoef(first[:, 0], first[:, 1])[0, 1]) < 5 / math.sqrt(2000)

    def test_a_smooth_mean_is_found_far_better_than_by_random_draws(self) -> None:
        """Error of the mean of a product of ten factors over 64 scramblings of 128 points.

        Random draws would have a root mean square error of 0.0195; ours is below 0.006. The
        chance that 64 errors of the true size exceed the bound is far below 1e-6.
        """
        points, scrambling = sobol_points(10, 64 * 128, seed=11, scramblings=64)
        product = np.prod(1 + 0.25 * (points - 0.5), axis=1)
        means = np.bincount(scrambling, product) / 128
        assert math.sqrt(float(np.mean((means - 1) ** 2))) < 0.006

    def test_seed_zero_is_a_seed(self) -> None:
        zero, _ = sobol_points(3, 8, seed=0, scramblings=2)
        again, _ = sobol_points(3, 8, seed=0, scramblings=2)
        one, _ = sobol_points(3, 8, seed=1, scramblings=2)
        assert (zero == again).all() and (zero != one).all()

    def test_too_many_dimensions_are_refused(self) -> None:
        with pytest.raises(InputError, match="too many random parameters; found 21202"):
            sobol_points(21202, 2, seed=0, scramblings=1)
