"""``ips-econ verify``: the checks of good modelling practice on a user's own scenario."""

from __future__ import annotations

import click

from ips_econ.errors import RunError


@click.command()
@click.argument("scenario")
@click.option(
    "--set", "sets", multiple=True, metavar="KEY=VALUE", help="Change any key or parameter."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
@click.option("--lang", metavar="fi|en", help="Language of the table; default: the scenario's.")
def verify(scenario: str, sets: tuple[str, ...], as_json: bool, lang: str | None) -> None:
    """Check the model on SCENARIO: what must be zero is, what must add up does.

    Every check changes the scenario in a way whose consequence is known: a comparison that equals
    IPS, nobody who finds work, a discount rate of zero, arms exchanged. A cohort without
    individuals is compared with the simulated people. Ends with code 1 if a check fails.

    \b
    Example:
      ips-econ verify etela-pohjanmaa
    """
    from ips_econ.evaluation.verification import verify as run
    from ips_econ.file_formats import json_bytes
    from ips_econ.language import load_language
    from ips_econ.report.verification import verification_json, verification_text
    from ips_econ.scenario.loading import load_scenario

    loaded = load_scenario(scenario, sets, lang)
    language = load_language(loaded.scenario.language)
    checks = list(run(scenario, sets))
    if as_json:
        click.echo(json_bytes(verification_json(checks)).decode("utf-8"), nl=False)
    else:
        click.echo(verification_text(checks, loaded.scenario.name, language))
    failed = [check.id for check in checks if not check.passed]
    if failed:
        raise RunError(f"checks that failed: {', '.join(failed)}")
