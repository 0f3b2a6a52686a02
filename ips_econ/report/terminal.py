"""The headline table of the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from ips_econ.language import Language, load_language
from ips_econ.report.answer import assumptions, replaced_services, run_facts, span
from ips_econ.report.figures import euros
from ips_econ.report.plain_text import aligned, plain, wrapped
from ips_econ.report.result_shapes import HEADLINE_PERSPECTIVE, Results
from ips_econ.report.tables import (
    Table,
    first_page_money,
    first_page_work,
    payers,
    variants,
)


def headline_table(results: Results, language: str) -> str:
    """The headline as plain text, at most 80 columns, as good in a terminal as in an email.

    Only characters that every Western code page has: an older Windows console prints it too.
    """
    words = load_language(language)
    run = results.run
    blocks = [
        wrapped(
            words.text(
                "headline.title",
                name=run.name,
                arm=words.name("control", run.control),
                **span(results, words),
            )
        ),
        wrapped(run_facts(results, words)),
        aligned(_rows(first_page_work(results, words))),
        aligned(_rows(first_page_money(results, words), columns=(2,))),
        _variants(results, words),
        aligned(_rows(payers(results, words), columns=(0, 1), with_detail=(0,))),
        *map(wrapped, filter(None, [replaced_services(results, words)])),
        wrapped(words.text("headline.assumes", assumptions=assumptions(results, words))),
    ]
    if not run.complete:
        blocks.insert(1, wrapped(words.text("report.partial")))
    text = "\n\n".join(blocks) + "\n"
    return plain(text)


def _rows(
    table: Table, columns: Sequence[int] = (0, 1, 2), with_detail: Sequence[int] = (0, 1, 2)
) -> list[list[str]]:
    """Title and chosen columns of a table as rows of text, details in brackets."""
    rows = [[table.title, *(table.columns[column] for column in columns)]]
    for row in table.rows:
        texts = [f"  {row.heading}"]
        for column in columns:
            cell = row.cells[column]
            detailed = cell.detail and column in with_detail
            texts.append(f"{cell.text} ({cell.detail})" if detailed else cell.text)
        rows.append(texts)
    return rows


def _variants(results: Results, language: Language) -> str:
    perspectives = (HEADLINE_PERSPECTIVE, "society")
    names = [language.heading("payer", name) for name in perspectives]
    rows = [[language.text("headline.net_result"), *names]]
    kind = ""
    for variant in variants(results, language):
        if variant.kind != kind:
            kind = variant.kind
            rows.append([f"  {language.text(f'table.side_by_side.{kind}')}", "", ""])
        stats = [
            results.comparison(variant.kind, variant.name, "net_present_value", name)
            for name in perspectives
        ]
        mark = " *" if variant.headline else ""
        rows.append([f"    {variant.title}{mark}", *(euros(stat, language).cell for stat in stats)])
    return aligned(rows) + "\n" + wrapped(language.text("headline.mark"))
