"""``ips-econ report``: the documents of a finished run, again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option("--lang", metavar="fi|en", help="Language; default: that of the run's scenario.")
@click.option(
    "--format",
    "document",
    type=click.Choice(["html", "all"]),
    default="all",
    show_default=True,
    help="Which documents to write.",
)
def report(run_dir: Path, lang: str | None, document: str) -> None:
    """Write the documents of a finished run again, without simulating.

    RUN_DIR is a run directory, such as `ips-econ simulate` makes.

    \b
    Example:
      ips-econ report outputs/etela-pohjanmaa --lang fi
    """
    from ips_econ.run_directory import RunDirectory

    run = RunDirectory.open(run_dir)

    from ips_econ.report.documents import write_report  # charts load slowly, mistakes show at once

    scenario = run.read_json("manifest.json").get("scenario", {})
    write_report(run.path, lang or scenario.get("language", "en"))
    click.echo(run_dir / "report.html")
