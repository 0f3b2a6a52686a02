"""Fits the structural values to the calibration trials: ``make calibrate`` (about seven minutes).

Writes ``parameters/fitted.toml``, which every run reads, and the tables of ``docs/calibration.md``.
The same trials, parameters and seed give the same files. What a fit needs to be run again for, and
what its result changes, is said in ``docs/calibration.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import tomlkit

from ips_econ.evaluation.statistics import Stat
from ips_econ.evaluation.structural import (
    OF_A_PLACE,
    SPREAD,
    STRUCTURAL,
    StructuralFit,
    Target,
    fit_structure,
)
from ips_econ.evaluation.trials import load_trials, trial_files
from ips_econ.language import load_language
from ips_econ.parameters.fitted import FILE
from ips_econ.parameters.library import load_library
from ips_econ.report.plain_text import plain
from ips_econ.scenario.writing import inline

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "calibration.md"
DRAWS, SEED = 8192, 1
ON = date(2026, 6, 1)
HEAD = (
    "Written by `make calibrate`; not edited by hand. What each value was before the fit stands in",
    "the parameter files under its id; docs/calibration.md says how it was fitted.",
)


def main() -> None:
    """Fit, then write both files."""
    library = load_library(fitted=False)
    trials = [
        trial
        for trial in load_trials(trial_files(), library, 2, SEED)
        if trial.facts.role == "calibration"
    ]
    fit = fit_structure(trials, library, ON, DRAWS, SEED)
    (ROOT / "parameters" / FILE).write_text(parameter_file(fit), encoding="utf-8", newline="\n")
    page = PAGE.read_text(encoding="utf-8")
    for name, table in (
        ("values", values(fit)),
        ("targets", targets(fit)),
        ("places", places(fit)),
        ("sample", sample(fit)),
    ):
        page = replaced(page, name, "\n".join(table))
    PAGE.write_text(page, encoding="utf-8", newline="\n")
    sys.stdout.write(f"{ROOT / 'parameters' / FILE}\n{PAGE}\n")


def parameter_file(fit: StructuralFit) -> str:
    """The text of fitted.toml."""
    document = tomlkit.document()
    for line in HEAD:
        document.add(tomlkit.comment(line))
    document.add("trials", inline(list(dict.fromkeys(t.trial.facts.id for t in fit.targets))))
    document.add("seed", SEED)
    document.add("draws", len(fit.sample.weights))
    document.add("effective_draws", round(fit.sample.ess))
    parameters = tomlkit.table()
    for update in fit.updates:
        parameters.add(tomlkit.key(update.id), inline(update.written))
    document.add("parameters", parameters)
    pairs = tomlkit.aot()
    for update in fit.updates:
        for other, rank in update.ranks:
            pair = tomlkit.table()
            pair.add("between", inline([update.id, other]))
            pair.add("rank", rank)
            pairs.append(pair)
    document.add("correlation", pairs)
    return tomlkit.dumps(document)


def values(fit: StructuralFit) -> Iterator[str]:
    """Every structural value before and after."""
    yield "| parameter | before | after, for one new place | moved by |"
    yield "| --- | ---: | ---: | ---: |"
    for update in fit.updates:
        yield (
            f"| `{update.id}` | {told(update.prior)} | {told(update.posterior)} | "
            f"{update.shift:.1f} sd |"
        )
    for id in fit.unmoved:
        yield f"| `{id}` | as published | the trials say nothing | – |"


def targets(fit: StructuralFit) -> Iterator[str]:
    """Every figure that was fitted to."""
    words = load_language("en")
    yield "| trial | figure | arm | observed | before | after |"
    yield "| --- | --- | --- | ---: | ---: | ---: |"
    for target in fit.targets:
        figure = target.figure
        text = words.text(f"validation.metric.{figure.metric}", month=figure.month)
        if figure.seen.median is not None:
            text += f": share of the finders below the median of {figure.seen.median:g}"
        arm = words.name("arm", ("control", "ips")[figure.arm])
        yield (
            f"| {target.trial.facts.name} | {plain(text)} | {arm} | {observed(target)} | "
            f"{told(target.prior)} | {told(target.posterior)} |"
        )
    yield ""
    yield f"Left out, because no exact expectation is known: {'; '.join(fit.left_out)}."


def places(fit: StructuralFit) -> Iterator[str]:
    """The values that each place was given for itself."""
    ids = (*OF_A_PLACE[:4], *SPREAD)
    yield "| place | " + " | ".join(f"`{id.split('.')[1]}`" for id in ids) + " |"
    yield "| --- |" + " ---: |" * len(ids)
    for place, levels in fit.levels.items():
        yield f"| {place} | " + " | ".join(f"{levels[id]:.2f}" for id in ids) + " |"


def sample(fit: StructuralFit) -> Iterator[str]:
    """How well the posterior was sampled."""
    effective = fit.sample.effective
    yield (
        f"{len(effective)} stages of {DRAWS:,} draws, seed {SEED}; effective draws after each: "
        f"{', '.join(f'{number:.0f}' for number in effective)}. Of {len(STRUCTURAL)} structural "
        f"values {len(STRUCTURAL) - len(fit.unmoved)} moved."
    )


def observed(target: Target) -> str:
    """The published figure."""
    return f"{target.figure.observed:.3g}"


def told(stat: Stat) -> str:
    """Mean and 95 % interval."""
    mean, low, high = (stat[key] for key in ("mean", "p2_5", "p97_5"))  # type: ignore[literal-required]
    return f"{mean:.3g} ({low:.3g}–{high:.3g})"


def replaced(page: str, name: str, text: str) -> str:
    """The page with what stands between two markers written anew."""
    start, end = f"<!-- {name}: generated -->\n", f"\n<!-- end of {name} -->"
    before, _, rest = page.partition(start)
    _, _, after = rest.partition(end)
    assert after, f"docs/calibration.md has no place for {name}"
    return f"{before}{start}{text}{end}{after}"


if __name__ == "__main__":
    main()
