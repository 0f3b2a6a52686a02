"""``ips-econ validate``: published trials lived again, predicted against observed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

DEFAULT_OUT = Path("outputs") / "validation"


@click.command()
@click.option(
    "--trial",
    "files",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    help="A trial file in place of the shipped ones; repeatable.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where tables and chart go; default outputs/validation/.",
)
@click.option("--draws", type=click.IntRange(min=2), default=512, help="Replicates of each trial.")
@click.option("--seed", type=click.IntRange(min=0), default=1, help="Seed of all random numbers.")
@click.option("--jobs", type=click.IntRange(min=1), help="Threads; default: all cores.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; writes files only with --out.")
@click.option("--lang", default="en", metavar="fi|en", help="Language of table and chart.")
def validate(**options: Any) -> None:
    """Reproduce published trials and report predicted against observed.

    Each draw of the uncertain parameters lives one trial with as many clients as were analysed.
    Trials that the model is fitted to, that shaped a parameter, and that are new to it (external)
    are told apart. The results of other economic models follow, with what differs.

    \b
    Examples:
      ips-econ validate
      ips-econ validate --trial my-trial.toml --json
    """
    from ips_econ.evaluation.other_models import compare_models, model_files
    from ips_econ.evaluation.trials import load_trials, trial_files
    from ips_econ.evaluation.validation import validate as run
    from ips_econ.file_formats import json_bytes
    from ips_econ.language import load_language
    from ips_econ.parameters.library import load_library
    from ips_econ.report.other_models import models_json, models_text
    from ips_econ.report.validation import validation_json, validation_text

    language = load_language(options["lang"])
    paths = options["files"] or trial_files()
    library = load_library()
    trials = load_trials(paths, library, options["draws"], options["seed"])
    show = sys.stderr.isatty()
    with click.progressbar(
        length=len(trials) * options["draws"], label="validating", file=sys.stderr, hidden=not show
    ) as bar:
        done = 0

        def update(now: int, _: int) -> None:
            nonlocal done
            bar.update(now - done)
            done = now

        comparisons = run(trials, options["jobs"], update)
    others = () if options["files"] else model_files()
    models = compare_models(others, library, options["seed"], options["jobs"])
    told = json_bytes({**validation_json(comparisons), "models": models_json(models)})
    out = options["out"] or (None if options["as_json"] else DEFAULT_OUT)
    written = [] if out is None else _write(out, comparisons, told, language)
    if options["as_json"]:
        click.echo(told.decode("utf-8"), nl=False)
        return
    click.echo(validation_text(comparisons, language))
    if models:
        click.echo("\n" + models_text(models, language))
    click.echo("\n" + "\n".join(str(path) for path in written))


def _write(out: Path, comparisons: Any, told: bytes, language: Any) -> list[Path]:
    """Write JSON, CSV and the forest chart; returns what a reader opens first."""
    from ips_econ.file_formats import csv_bytes
    from ips_econ.report.drawn_charts import chart_files, draw_charts
    from ips_econ.report.validation import forest_chart, validation_columns
    from ips_econ.run_directory import write_files

    columns = validation_columns(comparisons)
    files = {
        "validation.json": told,
        "validation.csv": csv_bytes(tuple(columns), list(columns.values())),
    }
    chart = forest_chart(comparisons, language)
    if chart.rows:
        files |= chart_files(draw_charts([chart], language), language)
    write_files(out, files)
    return [out / name for name in files if name.startswith(("validation", "forest.html"))]
