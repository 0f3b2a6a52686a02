"""Figures of other models: their files, and how the same is computed here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ips_econ.errors import InputError
from ips_econ.evaluation import other_models
from ips_econ.evaluation.blocks import plan_of
from ips_econ.evaluation.execution import Threads, run_draws
from ips_econ.evaluation.other_models import (
    MEASURES,
    ModelComparison,
    ModelFacts,
    PublishedFigure,
    compare_models,
    model_files,
)
from ips_econ.evaluation.outcomes import Draws
from ips_econ.evaluation.statistics import NO_STAT
from ips_econ.language import load_language
from ips_econ.ledger.accounts import PAYERS, PUBLIC_SECTOR
from ips_econ.parameters.base import read_toml
from ips_econ.parameters.library import ParameterLibrary


@pytest.fixture(scope="module")
def draws(load) -> Draws:  # type: ignore[no-untyped-def]
    plan = plan_of(load("economics.horizon_years=2", "comparator.substitution=0"))
    return Draws(plan, run_draws(plan, Threads(1)))


def figure(measure: str, **more: float) -> PublishedFigure:
    return PublishedFigure(measure=measure, published=1.0, derivation="test", **more)


def test_every_shipped_model_has_known_sources_measures_and_texts(
    library: ParameterLibrary,
) -> None:
    files = model_files()
    assert {path.stem for path in files} == {"denmark-cua", "norway-roi", "wsipp-293"}
    english = load_language("en")
    for path in files:
        content = read_toml(path).content
        assert set(content["model"]["sources"]) <= set(library.sources)
        for entry in content["figure"]:
            assert entry["measure"] in MEASURES
            assert english.has(f"models.measure.{entry['measure']}")


def test_shares_of_the_gains_make_the_whole(draws: Draws) -> None:
    """What was saved on other services is taken out once: the payers' shares sum to one."""
    others = [payer for payer in PAYERS if payer not in PUBLIC_SECTOR]
    shares = [other_models.benefit_share(draws, p)["mean"] for p in (*others, "public_sector")]
    assert np.abs(other_models.replaced_services(draws)).max() > 1.0
    assert sum(share for share in shares if share is not None) == pytest.approx(1.0, abs=1e-9)


def test_a_return_at_the_models_own_gain_is_the_return(draws: Draws) -> None:
    gain = float(other_models.full_time_years(draws).mean())
    for perspective in ("society", "public_sector"):
        here = other_models.benefit_cost_ratio(draws, perspective)["mean"]
        again = other_models.ratio_at_gain(draws, perspective, gain)["mean"]
        twice = other_models.ratio_at_gain(draws, perspective, 2.0 * gain)["mean"]
        assert again == pytest.approx(here)
        assert twice == pytest.approx(2.0 * again)


def test_full_time_years_count_part_time_by_its_hours(draws: Draws) -> None:
    gap = other_models.by_month(draws, "employed", 1) - other_models.by_month(draws, "employed", 0)
    years, all_full = other_models.full_time_years(draws).mean(), gap.sum(axis=1).mean() / 12.0
    assert 0.3 * all_full < years < all_full


def test_treatment_that_does_not_differ_has_a_ratio_of_one(draws: Draws) -> None:
    assert other_models.hospital_ratio(draws)["mean"] == pytest.approx(1.0)


def test_every_measure_gives_a_figure(draws: Draws) -> None:
    for measure, (_, measured) in MEASURES.items():
        found = measured(draws, figure(measure, gain=0.3))
        if not measure.startswith("payback"):
            assert found["mean"] is not None, measure


def test_a_figure_in_another_unit_is_neither_inside_nor_outside() -> None:
    facts = ModelFacts(
        id="m", name="m", name_fi="m", citation="c", sources=("s",), note="n", note_fi="n"
    )
    here = {**NO_STAT, "mean": 1.2, "p2_5": 0.5, "p97_5": 2.0}
    assert ModelComparison(facts, figure("cost_per_client"), here).inside is True
    far = figure("cost_per_client").model_copy(update={"published": 9.0})
    assert ModelComparison(facts, far, here).inside is False
    dollars = far.model_copy(update={"unit_published": "dollars"})
    assert ModelComparison(facts, dollars, here).inside is None
    assert ModelComparison(facts, far, dict(NO_STAT)).inside is None  # type: ignore[arg-type]


def test_an_unknown_measure_is_named_at_its_line(tmp_path: Path, library: ParameterLibrary) -> None:
    text = model_files()[0].read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("replaced_services", "replaced_service"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compare_models([path], library, 1)
    line = next(k for k, row in enumerate(path.read_text().splitlines(), 1) if "replaced" in row)
    assert f"mine.toml:{line}: figure[3].measure: unknown measure" in str(caught.value)
