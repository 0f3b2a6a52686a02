"""``ips-econ simulate``: the main job."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("scenario")
@click.option("--draws", type=click.IntRange(min=1), help="Draws of all uncertain parameters.")
@click.option("--people", type=click.IntRange(min=1), help="Simulated clients per draw.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of all random numbers.")
@click.option("--horizon", type=click.IntRange(1, 20), metavar="YEARS", help="Years followed.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the result goes; default: outputs/<scenario id>/.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Threads; default: all cores.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run.")
@click.option("--no-report", is_flag=True, help="Leave out report and charts.")
@click.option("--json", "as_json", is_flag=True, help="Print summary.json instead of the table.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option(
    "--set", "sets", multiple=True, metavar="KEY=VALUE", help="Change any key or parameter."
)
@click.option("--lang", metavar="fi|en", help="Language of table and report.")
def simulate(scenario: str, **options: Any) -> None:
    """Simulate SCENARIO and write its results and report.

    SCENARIO is a shipped name (finland, etela-pohjanmaa, lappi, pohjois-karjala) or a file.

    \b
    Example:
      ips-econ simulate etela-pohjanmaa --lang fi
      ips-econ simulate lappi --set programme.caseload=18 --out outputs/lappi-18
    """
    from ips_econ import run
    from ips_econ.language import load_language
    from ips_econ.scenario.loading import load_scenario

    sets = list(options["sets"])
    keys = {"draws": "run.draws", "people": "run.people", "seed": "run.seed"}
    keys["horizon"] = "economics.horizon_years"
    sets += [f"{key}={options[name]}" for name, key in keys.items() if options[name] is not None]
    loaded = load_scenario(scenario, sets, options["lang"])
    load_language(loaded.scenario.language)  # refused before the work, not after
    out = options["out"] or Path("outputs") / loaded.scenario.id
    settings = run.Options(out, options["jobs"], options["resume"], not options["no_report"])
    show = not options["quiet"] and sys.stderr.isatty()
    with Bar(loaded.scenario.run.draws, show) as bar:
        path = run.simulate(loaded, settings, bar.update)
    if options["quiet"]:
        return
    if options["as_json"]:
        click.echo((path / "summary.json").read_text(encoding="utf-8"), nl=False)
        return
    from ips_econ.report.results import load_results
    from ips_econ.report.terminal import headline_table

    click.echo(headline_table(load_results(path), loaded.scenario.language))
    click.echo(path / ("summary.json" if options["no_report"] else "report.html"))


class Bar:
    """A progress bar on stderr, when stderr is a terminal."""

    def __init__(self, draws: int, show: bool) -> None:
        from ips_econ.compilation import is_cached
        from ips_econ.ledger.walk import walk

        label = "simulating" if is_cached(walk) else "compiling (first time only), then simulating"
        self.bar = click.progressbar(length=draws, label=label, file=sys.stderr) if show else None
        self.done = 0

    def update(self, done: int, draws: int) -> None:
        """Show that so many of the draws are finished."""
        del draws
        if self.bar is not None:
            self.bar.update(done - self.done)
        self.done = done

    def __enter__(self) -> Bar:
        if self.bar is not None:
            self.bar.__enter__()
            self.bar.render_progress()
        return self

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.__exit__(*error)  # type: ignore[arg-type]
