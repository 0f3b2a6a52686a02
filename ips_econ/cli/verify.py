"""``ips-econ verify``: the checks of good modelling practice on a user's own scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ips_econ.errors import InputError, RunError

if TYPE_CHECKING:
    from ips_econ.run_directory import RunDirectory
    from ips_econ.scenario.schema import Scenario


@click.command()
@click.argument("scenario")
@click.option(
    "--set", "sets", multiple=True, metavar="KEY=VALUE", help="Change any key or parameter."
)
@click.option(
    "--run",
    "run_dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A finished run of SCENARIO: the table goes into its report.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
@click.option("--lang", metavar="fi|en", help="Language of the table; default: the scenario's.")
def verify(
    scenario: str, sets: tuple[str, ...], run_dir: Path | None, as_json: bool, lang: str | None
) -> None:
    """Check the model on SCENARIO: what must be zero is, what must add up does.

    Every check changes the scenario in a way whose consequence is known: a comparison that equals
    IPS, nobody who finds work, a discount rate of zero, arms exchanged. A cohort without
    individuals is compared with the simulated people. Ends with code 1 if a check fails.

    \b
    Example:
      ips-econ verify etela-pohjanmaa
      ips-econ verify etela-pohjanmaa --run outputs/etela-pohjanmaa
    """
    from ips_econ.evaluation.verification import verify as run
    from ips_econ.file_formats import json_bytes
    from ips_econ.language import load_language
    from ips_econ.report.verification import verification_json, verification_text
    from ips_econ.scenario.loading import load_scenario

    loaded = load_scenario(scenario, sets, lang)
    language = load_language(loaded.scenario.language)
    finished = None if run_dir is None else _run_of(run_dir, loaded.scenario)
    checks = list(run(scenario, sets))
    if as_json:
        click.echo(json_bytes(verification_json(checks)).decode("utf-8"), nl=False)
    else:
        click.echo(verification_text(checks, loaded.scenario.name, language))
    if finished is not None:
        _into_report(finished, verification_json(checks), language.code)
    failed = [check.id for check in checks if not check.passed]
    if failed:
        raise RunError(f"checks that failed: {', '.join(failed)}")


def _run_of(run_dir: Path, scenario: Scenario) -> RunDirectory:
    """A finished run that is of this scenario, whatever its size, seed and language."""
    from ips_econ.run_directory import RunDirectory

    directory = RunDirectory.open(run_dir)
    ran = directory.read_json("manifest.json").get("scenario", {})
    asked = scenario.model_dump(mode="json")
    differing = [k for k in asked if k not in ("run", "language") and ran.get(k) != asked[k]]
    if differing:
        raise InputError(
            "this run is of another scenario; simulate it again, or give the same --set here",
            file=str(run_dir),
            key=differing[0],
        )
    return directory


def _into_report(directory: RunDirectory, checks: dict[str, Any], language: str) -> None:
    """Leave the checks in the run directory and write its report again."""
    from ips_econ.evaluation.checks import CHECKS_FILE
    from ips_econ.report.documents import write_report

    directory.write_json(CHECKS_FILE, checks)
    manifest = directory.read_json("manifest.json")
    files = sorted({*manifest.get("files", []), CHECKS_FILE})
    directory.write_manifest({**manifest, "files": files})
    write_report(directory.path, language)
    click.echo(directory.path / "report.html", err=True)
