"""Writes the documents of a finished run: ``report.html`` and every chart as its own files.

The page is one file that asks nothing of any network: plotly's script, the style and the static
pictures are inside it, and a content security policy forbids the rest. Without JavaScript, and on
paper, the static pictures take the place of the interactive ones.
"""

from __future__ import annotations

from pathlib import Path

from ips_econ.language import SOURCE_LANGUAGE, Language, load_language
from ips_econ.report import detail_tables, evidence_tables, tables
from ips_econ.report.answer import answer, discount_rate, span
from ips_econ.report.charts import all_charts
from ips_econ.report.drawn_charts import DrawnChart, chart_files, draw_charts
from ips_econ.report.figures import euros
from ips_econ.report.pages import assets, environment
from ips_econ.report.result_shapes import HEADLINE_PERSPECTIVE, Results
from ips_econ.report.results import load_results
from ips_econ.run_directory import RunDirectory

_CHARTS = "charts"


def write_report(directory: str | Path, language: str) -> None:
    """Write ``report.html`` and ``charts/`` into a finished run directory.

    Parameters
    ----------
    directory
        A finished run directory, see :func:`~ips_econ.report.results.load_results`.
    language
        Language of every text a person reads: ``en`` or ``fi``. File names, CSV columns and ids
        stay English.

    Raises
    ------
    InputError
        when the directory is not a finished run, or there are no texts in the language.
    RunError
        when a file cannot be written.
    """
    words = load_language(language)
    results = load_results(directory)
    drawn = draw_charts(all_charts(results, words), words)
    files = {f"{_CHARTS}/{name}": data for name, data in chart_files(drawn, words).items()}
    files["report.html"] = report_page(results, drawn, words).encode("utf-8")
    place = Path(directory).resolve()
    run = RunDirectory(place, place, "")
    for name, data in files.items():
        run.write_bytes(name, data)


def report_page(results: Results, drawn: tuple[DrawnChart, ...], language: Language) -> str:
    """The whole report as one page of HTML."""
    from markupsafe import Markup

    from ips_econ.report.interactive_charts import plotly_script

    template = environment().get_template("report.html.j2")
    first_assumptions, other_assumptions = evidence_tables.assumptions_to_replace(results, language)
    return template.render(
        results=results,
        run=results.run,
        language=language,
        t=language.text,
        arm=language.name("control", results.run.control),
        span=span(results, language),
        rate=discount_rate(results, language),
        sentences=answer(results, language),
        facts=_facts(results, language),
        first_tables=(
            tables.side_by_side(results, language),
            tables.first_page_work(results, language),
            tables.first_page_money(results, language),
        ),
        programme_assumptions=evidence_tables.programme_assumptions(results, language),
        assumptions=first_assumptions,
        other_assumptions=other_assumptions,
        drawn=drawn,
        by_payer=(
            tables.payers(results, language),
            tables.lines(results, language),
            detail_tables.yearly(results, language),
        ),
        employment=(
            tables.employment_outcomes(results, language),
            tables.other_outcomes(results, language),
            detail_tables.poorer(results, language),
            detail_tables.subgroups(results, language),
        ),
        treatment=tables.treatment_outcomes(results, language),
        programme=detail_tables.programme(results, language),
        checks=detail_tables.checks(results, language),
        parameters=evidence_tables.parameter_tables(results, language),
        sources=evidence_tables.sources(results),
        method=_numbered("report.method_text", results, language),
        limits=_numbered("report.limits_text", results, language),
        accuracy=_accuracy(results, language),
        source_language=SOURCE_LANGUAGE,
        plotly=Markup(plotly_script()),
        **assets(),
    )


def _facts(results: Results, language: Language) -> tuple[tuple[str, str], ...]:
    run = results.run
    values = {
        "law": language.law(run.policy_date, run.reform),
        "prices": str(run.price_year),
        "discount": language.text("report.facts.rate_value", rate=discount_rate(results, language)),
        "horizon": span(results, language)["horizon"],
        "size": language.text(
            "report.facts.size_value",
            draws=language.number(run.draws),
            people=language.number(run.people),
        ),
        "seed": str(run.seed),
        "version": language.text("report.facts.version_value", version=run.version),
    }
    return tuple((language.text(f"report.facts.{key}"), value) for key, value in values.items())


def _accuracy(results: Results, language: Language) -> tuple[str, ...]:
    """What is known about the run's own precision, one sentence each."""
    found = []
    if results.luck_share is not None:
        found.append(language.text("report.luck", share=language.probability(results.luck_share)))
    stats = {
        variant: results.comparison(
            "discounting", variant, "net_present_value", HEADLINE_PERSPECTIVE
        )
        for variant in ("undiscounted", "discounted")
    }
    if stats["undiscounted"].mean is not None:
        found.append(
            language.text(
                "report.also_undiscounted",
                rate=discount_rate(results, language),
                **{variant: euros(stat, language).sentence for variant, stat in stats.items()},
            )
        )
    imbalance = results.ledger_imbalance_eur
    if imbalance is not None and imbalance < 0.01:
        found.append(language.text("report.balance"))
    elif imbalance is not None:
        found.append(language.text("report.imbalance", imbalance=language.number(imbalance, 0.01)))
    return tuple(found)


def _numbered(group: str, results: Results, language: Language) -> tuple[str, ...]:
    run = results.run
    words = {
        "date": language.law(run.policy_date, run.reform),
        "draws": language.number(run.draws),
        "price_year": run.price_year,
        "rate": discount_rate(results, language),
    }
    texts: list[str] = []
    while language.has(f"{group}.{len(texts) + 1}"):
        texts.append(language.text(f"{group}.{len(texts) + 1}", **words))
    return tuple(texts)
