"""The answer in five sentences: work, public purse, who gains, how likely, what it leans on."""

from __future__ import annotations

from dataclasses import dataclass

from ips_econ.language import Language
from ips_econ.report.figures import difference_figure, euros, figure
from ips_econ.report.result_shapes import (
    HEADLINE_PERSPECTIVE,
    PUBLIC_PAYERS,
    Outcome,
    PayerResult,
    Results,
    Stat,
)

_PAYERS_WITH_FIGURES = 3


@dataclass(frozen=True)
class Sentence:
    """One sentence of the answer and the two or three words that announce it."""

    label: str
    text: str


def answer(results: Results, language: Language) -> tuple[Sentence, ...]:
    """The five sentences of the first page, losses in the same words and size as gains."""
    sentences = {
        "work": _work(results, language),
        "public": _public(results, language),
        "payers": _payers(results, language),
        "probability": _probability(results, language),
        "leans_on": _leans_on(results, language),
    }
    return tuple(
        Sentence(language.text(f"answer.{key}.label"), text) for key, text in sentences.items()
    )


def assumptions(results: Results, language: Language) -> str:
    """What every probability and every net result of the headline assumes, as one clause."""
    run = results.run
    parts = [
        language.text(f"assumes.persistence.{run.persistence}"),
        _substitution(results, language),
        language.text(f"assumes.effect.{run.effect}"),
        language.text(f"assumes.treatment.{run.treatment_route}"),
        _calibrated(results, language),
        language.text("assumes.law", date=language.law(run.policy_date, run.reform)),
    ]
    return language.listing([part for part in parts if part])


def _calibrated(results: Results, language: Language) -> str:
    """Which local results were laid over the evidence; nothing where none were."""
    told = []
    for seen in results.run.calibrated:
        count = language.text("assumes.calibrated_hidden", n=seen["n"])
        if isinstance(seen.get("events"), int):
            share = language.percent(seen["events"] / seen["n"])
            count = language.text(
                "calibration.count", events=seen["events"], n=seen["n"], share=share
            )
        for key in ("mean", "median"):
            if key in seen:
                count = language.number(seen[key], 0.1)
        metric = language.text(f"validation.metric.{seen['metric']}", month=seen["month"])
        arm = language.name("arm", seen["arm"])
        told.append(language.text("assumes.calibrated_figure", arm=arm, metric=metric, count=count))
    return language.text("assumes.calibrated", figures="; ".join(told)) if told else ""


def span(results: Results, language: Language) -> dict[str, str]:
    """The horizon for a text: ``years`` is the number alone, ``horizon`` the number with years."""
    years = results.run.horizon_years
    number = language.number(years, 1.0 if years == int(years) else 0.1)
    key = "horizon.one" if years == 1 else "horizon.many"
    return {"years": number, "horizon": language.text(key, years=number)}


def run_facts(results: Results, language: Language) -> str:
    """Law date, prices, discount rate, size, seed and version of the run, in one line."""
    run = results.run
    return language.text(
        "headline.facts",
        date=language.law(run.policy_date, run.reform),
        price_year=run.price_year,
        rate=discount_rate(results, language),
        draws=language.number(run.draws),
        people=language.number(run.people),
        seed=run.seed,
        version=run.version,
    )


def replaced_services(results: Results, language: Language) -> str:
    """How much of the public sector's net result is other services replaced; else nothing."""
    services = {name for name in results.run.programme.services if name != "none"}
    categories = services | {f"{name}_allowance" for name in services}
    found = [
        line.stat.mean or 0.0
        for line in results.lines
        if line.payer in PUBLIC_PAYERS and line.category in categories
    ]
    if not found:
        return ""
    return language.text(
        "table.side_by_side.replaced",
        net=euros(results.perspectives[HEADLINE_PERSPECTIVE].net_present_value, language).full,
        replaced=euros(Stat(sum(found)), language).full,
    )


def discount_rate(results: Results, language: Language) -> str:
    """The yearly discount rate in per cent, with a decimal where it has one."""
    percent = 100 * results.run.discount_rate
    step = 1.0 if abs(percent - round(percent)) < 1e-9 else 0.1
    return language.percent(results.run.discount_rate, step)


def employment_outcome(results: Results) -> tuple[int, Outcome] | None:
    """The month and outcome that stand for employment: month 24, or 12 on a short horizon."""
    for month in (24, 12):
        outcome = results.outcomes.get(f"employed_at_{month}m")
        if outcome is not None and outcome.difference.mean is not None:
            return month, outcome
    return None


def certain_sign(stat: Stat) -> bool:
    """Whether the 95 % interval lies on one side of zero."""
    if stat.p2_5 is None or stat.p97_5 is None:
        return False
    return stat.p2_5 > 0 or stat.p97_5 < 0


def direction(stat: Stat) -> str:
    """``gain`` or ``loss``, with ``_unclear`` where the interval holds zero."""
    sign = "gain" if (stat.mean or 0.0) >= 0 else "loss"
    return sign if certain_sign(stat) else f"{sign}_unclear"


def _substitution(results: Results, language: Language) -> str:
    share = results.run.substitution
    if share is None:
        return ""
    services = results.run.programme.services
    if not services:
        return language.text("assumes.substitution", share=language.percent(share))
    served = 1.0 - services.get("none", 0.0)
    if served <= 0.0:
        return ""
    return language.text(
        "assumes.substitution_of_all",
        share=language.percent(share),
        of_all=language.percent(share * served),
    )


def _work(results: Results, language: Language) -> str:
    found = employment_outcome(results)
    months = results.outcomes.get("months_employed")
    if found is None or months is None:
        return language.text("answer.work.missing")
    month, outcome = found
    return language.text(
        "answer.work.text",
        month=month,
        ips=figure(outcome.ips, language, "share").cell,
        control=figure(outcome.control, language, "share").cell,
        arm=language.name("control", results.run.control),
        difference=difference_figure(outcome, language).cell,
        **span(results, language),
        months=figure(months.difference, language, months.unit, signed=True).cell,
    )


def _public(results: Results, language: Language) -> str:
    result = results.perspectives[HEADLINE_PERSPECTIVE]
    service = results.outcomes.get("service_cost")
    cost = service.difference if service is not None else Stat(None)
    less = (cost.mean or 0.0) < 0
    services = language.text(
        "answer.public.services_less" if less else "answer.public.services_more",
        cost=figure(_negative(cost) if less else cost, language, "EUR").sentence,
    )
    return language.text(
        f"answer.public.{direction(result.net_present_value)}",
        services=services,
        **span(results, language),
        net=euros(result.net_present_value, language).sentence,
    )


def _negative(stat: Stat) -> Stat:
    """The same quantity with the opposite sign."""
    mean, low, middle, high = (
        None if value is None else -value for value in (stat.mean, stat.p97_5, stat.p50, stat.p2_5)
    )
    return Stat(mean, low, middle, high, stat.sd)


def _payers(results: Results, language: Language) -> str:
    gainers = [row for row in results.payers if (row.stat.mean or 0.0) > 0.5]
    losers = [row for row in results.payers if (row.stat.mean or 0.0) < -0.5]
    return language.text(
        "answer.payers.text",
        gainers=_named(gainers, language),
        losers=_named(losers, language),
        county=_county(results, language),
    )


def _county(results: Results, language: Language) -> str:
    """The county's own probability of gain; nothing but a dash where its sign is structural."""
    probability = results.perspectives["wellbeing_county"].p_positive
    return "–" if probability is None else language.probability(probability)


def _named(rows: list[PayerResult], language: Language) -> str:
    """The payers with the largest results and their figures; of the smaller ones, the names."""
    rows = sorted(rows, key=lambda row: -abs(row.stat.mean or 0.0))
    told = [
        f"{language.name('payer', row.payer)} {euros(row.stat, language).sentence}"
        for row in rows[:_PAYERS_WITH_FIGURES]
    ]
    smaller = [language.name("payer", row.payer) for row in rows[_PAYERS_WITH_FIGURES:]]
    if smaller:
        names = language.listing(smaller)
        return ", ".join([*told, language.text("answer.payers.smaller", names=names)])
    return language.listing(told) or language.text("answer.payers.nobody")


def _probability(results: Results, language: Language) -> str:
    def variant(kind: str, name: str) -> str:
        stat = results.comparison(kind, name, "net_present_value", HEADLINE_PERSPECTIVE)
        return euros(stat, language).sentence

    probability = results.perspectives[HEADLINE_PERSPECTIVE].p_positive
    return language.text(
        "answer.probability.text",
        probability=language.text("format.missing")
        if probability is None
        else language.probability(probability),
        assumptions=assumptions(results, language),
        no_substitution=variant("substitution", "0"),
        ends=variant("persistence", "ends"),
    )


def _leans_on(results: Results, language: Language) -> str:
    unsourced = sum(row.without_source for row in results.parameters)
    titles = {row.id: row.title for row in results.parameters}
    drivers = [
        language.text("format.quoted", text=language.parameter_title(name, titles.get(name)))
        for name in (
            driver.parameter for driver in results.strongest_drivers(HEADLINE_PERSPECTIVE, 2)
        )
    ]
    counted = "off" if results.run.treatment_route == "none" else "on"
    return language.text(
        f"answer.leans_on.treatment_{counted}",
        count=unsourced,
        total=sum(row.kind != "statute" for row in results.parameters),
        drivers=language.listing(drivers) or language.text("format.missing"),
    )
