"""``ips-econ calibrate``: a county's own results laid over the published evidence."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from ips_econ.errors import InputError, RunError


@click.command()
@click.argument("scenario")
@click.option(
    "--observed",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Local results; default: [observed] of the scenario.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The new scenario; default: <scenario id>-calibrated.toml here.",
)
@click.option(
    "--set", "sets", multiple=True, metavar="KEY=VALUE", help="Change any key or parameter."
)
@click.option("--draws", type=click.IntRange(min=1024), default=4096, help="Draws to weight.")
@click.option("--seed", type=click.IntRange(min=0), default=1, help="Seed of all random numbers.")
@click.option("--jobs", type=click.IntRange(min=1), help="Threads; default: all cores.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option("--lang", metavar="fi|en", help="Language of the tables; default: the scenario's.")
def calibrate(scenario: str, **options: Any) -> None:
    """Update the parameters of SCENARIO with a county's own results.

    FILE says what was counted, in the words of a trial file: how many clients were followed, how
    many had worked, by which month, and how the service was. The published evidence is weighted
    by how well it agrees; the new scenario holds the updated joint distribution. Counts of fewer
    than five people are used but never written out.

    \b
    A file of results:
      [arms]
      ips = 40                    # clients followed
      [programme]
      coaches = 3
      fidelity = 101
      [[outcome]]
      metric = "ever_employed"    # in open-market work in any month so far
      month = 24
      observed = { ips = { events = 24 } }

    \b
    Example:
      ips-econ calibrate pohjois-karjala --observed results.toml
      ips-econ simulate pohjois-karjala-calibrated.toml
    """
    from ips_econ.compilation import is_cached
    from ips_econ.evaluation.calibration import calibrate as run
    from ips_econ.evaluation.local_results import read_local_results
    from ips_econ.file_formats import json_bytes
    from ips_econ.language import load_language
    from ips_econ.parameters.library import load_library
    from ips_econ.report.calibration import calibrated_text, calibration_json, calibration_text
    from ips_econ.run_directory import write_files
    from ips_econ.scenario.files import find_scenario, read_chain
    from ips_econ.scenario.loading import resolve
    from ips_econ.trajectories.hazards import fill_hazards

    library = load_library()
    path = find_scenario(scenario)
    chain = read_chain(path)
    loaded = resolve(chain, library, options["sets"], options["lang"])
    language = load_language(loaded.scenario.language)
    file, within = _observed(options["observed"], chain[-1], loaded.scenario.observed)
    results = read_local_results(file, within)
    out = options["out"] or Path(f"{loaded.scenario.id}-calibrated.toml")
    if out.exists():
        raise InputError(
            "this file exists and is not overwritten; choose another with --out, or delete it",
            file=str(out),
        )
    if sys.stderr.isatty():
        first = "" if is_cached(fill_hazards) else ", after compiling (first time only)"
        click.echo(f"weighting {options['draws']} draws with the results{first} …", err=True)
    _refuse_place(out)
    new_text = calibrated_text(scenario, path, out, loaded, options["sets"], results, language)
    found = run(
        chain,
        results,
        file,
        new_text,
        out,
        library,
        options["sets"],
        options["draws"],
        options["seed"],
        options["jobs"],
    )
    write_files(out.parent, {out.name: found.text.encode("utf-8")})
    if options["as_json"]:
        told = json_bytes(calibration_json(found, out))
        click.echo(told.decode("utf-8"), nl=False)
    else:
        click.echo(calibration_text(found, loaded.scenario.name, out, language))


def _refuse_place(out: Path) -> None:
    """Before any work: a folder that cannot be written to."""
    folder = next(p for p in (out.absolute().parent, *out.absolute().parents) if p.exists())
    if not os.access(folder, os.W_OK):
        raise RunError(f"{folder} cannot be written to; choose another place with --out")


def _observed(given: Path | None, top: Any, within: dict[str, Any] | None) -> tuple[Any, Any]:
    """The file of results and the keys under which they stand: a scenario's [observed], or none."""
    from dataclasses import replace

    from ips_econ.parameters.base import read_toml

    if given is not None:
        if within is not None:
            click.echo(f"{given} is used; [observed] of the scenario is not", err=True)
        file = read_toml(given)
        inner = file.content.get("observed")
        if isinstance(inner, dict):
            return replace(file, content=inner), ("observed",)
        return file, ()
    if within is None:
        raise InputError(
            "no local results: give a file with --observed, or [observed] in the scenario "
            "(ips-econ calibrate --help shows one)",
            file=str(top.path),
        )
    return replace(top, content=within), ("observed",)
