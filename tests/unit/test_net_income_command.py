"""``ips-econ net-income`` as its user gives it, and as the interface contract reads it."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ips_econ import cli
from ips_econ.cli.net_income import net_income
from ips_econ.cli.person import EMPLOYERS
from ips_econ.tax_benefit.circumstances import BenefitStatus
from ips_econ.tax_benefit.contributions import Employer

KEYS = {
    "date",
    "gross_eur_month",
    "net_income_eur_month",
    "disposable_after_rent_eur_month",
    "employer_cost_eur_month",
    "participation_tax_rate",
    "effective_marginal_tax_rate",
    "items",
}
IDS = {
    "gross_wage",
    "state_income_tax",
    "municipal_tax",
    "church_tax",
    "yle_tax",
    "medical_care_contribution",
    "daily_allowance_contribution",
    "employee_pension_contribution",
    "employee_unemployment_contribution",
    "national_pension",
    "guarantee_pension",
    "earnings_related_pension",
    "sickness_allowance",
    "rehabilitation_allowance",
    "labour_market_subsidy",
    "general_support",
    "earnings_related_unemployment_allowance",
    "general_housing_allowance",
    "pensioners_housing_allowance",
    "social_assistance",
}
STATUSES = (
    "none",
    "labour_market_subsidy",
    "general_support",
    "earnings_related_unemployment",
    "sickness_allowance",
    "rehabilitation_allowance",
    "national_disability_pension",
    "earnings_related_disability_pension",
    "partial_disability_pension",
    "rehabilitation_subsidy",
    "suspended_disability_pension",
    "social_assistance",
    "student",
)
SUMMER = ("--date", "2026-06-01")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Calls the command: words to exit code, standard output and standard error."""

    def call(*words: str) -> tuple[int, str, str]:
        code = cli.main(["net-income", *words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def answer(run: Any, *words: str) -> dict[str, Any]:
    code, out, err = run(*words, "--json")
    assert code == 0, err
    return json.loads(out)


def amounts(of: dict[str, Any]) -> dict[str, float]:
    return {item["id"]: item["eur_month"] for item in of["items"]}


# JSON ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_of_the_contract_answers_in_its_form(run: Any, status: str) -> None:
    on = "2026-03-15" if status == "labour_market_subsidy" else "2026-06-01"
    pension = ("--pension", "900") if "disability" in status or "rehab" in status else ()
    told = answer(
        run, "--gross", "700", "--benefit", status, "--date", on, "--rent", "500", *pension
    )
    assert set(told) >= KEYS
    assert set(amounts(told)) >= IDS
    assert sum(amounts(told).values()) == pytest.approx(told["net_income_eur_month"], abs=0.01)
    after_rent = told["net_income_eur_month"] - 500
    assert told["disposable_after_rent_eur_month"] == pytest.approx(after_rent, abs=0.001)
    for item in told["items"]:
        assert {"payer", "receiver"} <= set(item)
        if item["eur_month"] != 0.0:
            assert "participant" in (item["payer"], item["receiver"])
            assert None not in (item["payer"], item["receiver"])


def test_the_pension_case_of_the_readme_in_numbers(run: Any) -> None:
    words = ("--gross", "1126.67", "--benefit", "national_disability_pension", "--rent", "550")
    told = answer(run, *words, *SUMMER)
    assert told["net_income_eur_month"] == pytest.approx(1_353.80, abs=0.01)
    assert told["participation_tax_rate"] == pytest.approx(1.006, abs=0.001)
    assert told["employer_cost_eur_month"] == pytest.approx(1_357.67, abs=0.01)
    assert amounts(told)["pensioners_housing_allowance"] == pytest.approx(319.40, abs=0.01)
    assert told["gains_by_payer"]["state"] == pytest.approx(1_041.10, abs=0.01)


def test_a_taxable_benefit_and_a_pension_stand_alone(run: Any) -> None:
    """vero_tax_rates_2024: Helsinki, church member, benefits of 10,000 EUR a year: 1,450.56."""
    place = ("--municipal-tax", "5.3", "--church-tax", "1.0", "--date", "2024-06-01")
    benefit = amounts(answer(run, "--other-taxable-benefit", "833.3333", *place))
    taxed = sum(amount for amount in benefit.values() if amount < 0)
    assert -12 * taxed == pytest.approx(1_450.56, abs=0.1)
    pension = amounts(answer(run, "--pension", "1333.3333", *place))
    assert -12 * sum(a for a in pension.values() if a < 0) == pytest.approx(939.31, abs=0.1)


def test_a_shared_payer_is_told_with_all_shares(run: Any) -> None:
    words = ("--benefit", "general_support", "--unemployment-days", "450", *SUMMER)
    items = {item["id"]: item for item in answer(run, *words)["items"]}
    support = items["general_support"]
    assert support["payer"] == "state"
    assert support["payer_shares"] == pytest.approx({"state": 0.6, "municipality": 0.4})
    assert "payer_shares" not in items["guarantee_pension"]


def test_months_in_work_decide_what_becomes_of_a_pension(run: Any) -> None:
    words = ("--gross", "1200", "--benefit", "national_disability_pension", *SUMMER)
    care = ("--care-allowance", "basic")

    def after(months: str) -> dict[str, float]:
        return amounts(answer(run, *words, *care, "--months-in-work", months))

    assert after("2")["national_pension"] == 787.07
    assert after("3")["national_pension"] == after("24")["national_pension"] == 0.0
    assert after("24")["disability_allowance"] == 499.93
    assert after("25")["disability_allowance"] == 0.0


def test_the_reform_is_asked_for_by_name(run: Any) -> None:
    words = ("--gross", "1126.67", "--benefit", "national_disability_pension", *SUMMER)
    reform = ("--reform", "flexible_disability_pension_2028")
    assert answer(run, *words)["participation_tax_rate"] == pytest.approx(0.96, abs=0.01)
    assert answer(run, *words, *reform)["participation_tax_rate"] == pytest.approx(0.18, abs=0.01)


def test_a_family_is_described_by_the_ages_of_its_children(run: Any) -> None:
    words = ("--benefit", "general_support", "--rent", "900", *SUMMER)
    children = ("--child", "2", "--child", "8", "--child", "17", "--maintenance-support")
    items = amounts(answer(run, *words, *children))
    assert items["child_benefit"] == pytest.approx(94.88 + 104.84 + 26 + 2 * 73.30)
    assert items["maintenance_support"] == pytest.approx(3 * 197.71)
    couple = amounts(answer(run, *words, "--partner-wage", "1500"))
    assert couple["general_housing_allowance"] < items["general_housing_allowance"]


def test_a_municipality_brings_its_tax_group_and_rent_limit(run: Any) -> None:
    words = ("--benefit", "social_assistance", "--rent", "900", *SUMMER)
    kajaani = amounts(answer(run, *words, "--municipality", "Kajaani"))
    assert kajaani["general_housing_allowance"] == pytest.approx(0.7 * 394)
    need = 578.43 + 499 - 0.7 * 394
    assert kajaani["social_assistance"] == pytest.approx(need, abs=0.01)
    member = answer(run, "--gross", "3000", "--municipality", "Kajaani", "--church-member", *SUMMER)
    assert amounts(member)["church_tax"] < 0.0


def test_several_columns_are_a_list_of_cases(run: Any) -> None:
    words = ("--benefit", "general_support", "--hours", "10,15,20", "--hourly-wage", "13")
    told = answer(run, *words, *SUMMER)
    assert [case["gross_eur_month"] for case in told["cases"]] == [563.33, 845.0, 1_126.67]
    dates = answer(
        run,
        "--gross",
        "990",
        "--benefit",
        "national_disability_pension",
        "--date",
        "2024-06-01",
        "--compare-date",
        "2026-06-01",
    )
    pensions = [amounts(case)["national_pension"] for case in dates["cases"]]
    assert pensions == [0.0, 787.07], "the limit was 976.59 in 2024"


MONTH = 21.5 * 37.21  # the flat-rate unemployment benefit, EUR/month
BY_HAND = [
    ("--benefit general_support --first-month", "general_support", 14.5 * 37.21),
    ("--benefit general_support --other-taxable-benefit 411", "general_support", MONTH - 50),
    (
        "--benefit general_support --other-taxable-benefit 411 --service-days 5",
        "general_support",
        MONTH,
    ),
    ("--benefit general_support --parents-income 2700", "general_support", MONTH - 100),
    (
        "--benefit labour_market_subsidy --other-taxable-benefit 1144 --partner --date 2026-03-15",
        "labour_market_subsidy",
        MONTH - 50,
    ),
    (
        "--benefit labour_market_subsidy --other-taxable-benefit 1274 --child 5 --date 2026-03-15",
        "labour_market_subsidy",
        MONTH - 50,
    ),
    ("--partner --child 5 --maintenance-support", "maintenance_support", 197.71),
    ("--partner --child 5", "maintenance_support", 0.0),
    # maintenance support is no income in the housing allowance: 652 - (1300 - 1057) / 2
    (
        "--gross 1300 --rent 900 --child 5 --maintenance-support",
        "general_housing_allowance",
        0.7 * (652 - 121.5),
    ),
    # but it is in the day-care fee: 10.7 % of 4200 + 197.71 - 4066
    ("--gross 4200 --child 2 --day-care 1 --maintenance-support", "day_care_fee", -35.0),
    ("--benefit student --partner-wage 5245 --child 2 --day-care 1", "day_care_fee", 0.0),
    # 12 x 1800 exceed 20,127 by 1,473: one month of nine goes
    ("--benefit student --gross 1800 --rent 400", "study_grant", 279.38 * 8 / 9),
    ("--benefit student --gross 1800 --rent 400", "student_housing_supplement", 248.0 * 8 / 9),
    ("--benefit student --gross 4000 --rent 400", "student_housing_supplement", 0.0),
    # a partial pension rests above three fifths of earlier pay, beside unemployment too
    (
        "--benefit general_support --pension 600 --earlier-wage 2000 --gross 1100",
        "earnings_related_pension",
        600.0,
    ),
    (
        "--benefit general_support --pension 600 --earlier-wage 2000 --gross 1300",
        "earnings_related_pension",
        0.0,
    ),
    (
        "--benefit general_support --pension 600 --earlier-wage 2000 --gross 1300",
        "general_support",
        MONTH - 650,
    ),
    # no full pension any more: the general housing allowance, 447 - (1200 - 761) / 2
    (
        "--benefit national_disability_pension --gross 1200 --months-in-work 25 --rent 550",
        "general_housing_allowance",
        0.7 * (447 - 219.5),
    ),
    (
        "--benefit earnings_related_disability_pension --pension 626 --earlier-wage 2500 "
        "--gross 1010 --rent 550",
        "general_housing_allowance",
        0.7 * (447 - 281),
    ),
    (
        "--benefit earnings_related_disability_pension --pension 626 --earlier-wage 2500 "
        "--gross 1010 --rent 550 --months-in-work 6",
        "general_housing_allowance",
        0.0,
    ),
    # Kouvola is in group III of one allowance and in group II of the other
    (
        "--benefit general_support --rent 900 --municipality Kouvola",
        "general_housing_allowance",
        0.7 * (394 - 19.5),
    ),
    (
        "--benefit national_disability_pension --rent 900 --municipality Kouvola",
        "pensioners_housing_allowance",
        0.85 * (8_541 - 681.39 - 0.435 * (12 * 990.90 - 10_280)) / 12,
    ),
]


@pytest.mark.parametrize(("words", "item", "amount"), BY_HAND)
def test_an_option_reaches_the_rule_it_belongs_to(
    run: Any, words: str, item: str, amount: float
) -> None:
    on = () if "--date" in words else SUMMER
    assert amounts(answer(run, *words.split(), *on))[item] == pytest.approx(amount, abs=0.01)


def test_a_small_employer_pays_the_lower_unemployment_contribution(run: Any) -> None:
    told = answer(run, "--gross", "2000", "--employer", "small", *SUMMER)
    paid = {item["id"]: item["eur_month"] for item in told["employer_items"]}
    assert paid["employer_unemployment_contribution"] == pytest.approx(6.20)


def test_the_church_tax_of_a_partner_lowers_what_social_assistance_counts(run: Any) -> None:
    couple = ("--benefit", "social_assistance", "--partner-wage", "1800", "--rent", "900", *SUMMER)
    church = ("--church-tax", "1.5")
    single = ("--gross", "1800", *SUMMER)
    nets = [answer(run, *single, *more)["net_income_eur_month"] for more in ((), church)]
    tax = nets[0] - nets[1]
    with_tax = amounts(answer(run, *couple, *church))["social_assistance"]
    without = amounts(answer(run, *couple))["social_assistance"]
    assert with_tax - without == pytest.approx(tax, abs=0.01)
    assert tax > 5.0


def test_a_partner_with_pay_is_a_second_adult_of_the_rent_limit(run: Any) -> None:
    words = ("--benefit", "social_assistance", "--rent", "900", "--municipality", "Kajaani")
    silent = amounts(answer(run, *words, "--partner", *SUMMER))["social_assistance"]
    with_pay = amounts(answer(run, *words, "--partner-wage", "0", *SUMMER))["social_assistance"]
    assert silent == with_pay > 0.0


def test_the_largest_pay_has_a_marginal_rate_too(run: Any) -> None:
    assert answer(run, "--gross", "100000", *SUMMER)["effective_marginal_tax_rate"] > 0.4


# Text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "net"), [("en", "Net income"), ("fi", "Nettotulo")])
def test_the_table_fits_a_terminal_and_tells_who_gains(run: Any, code: str, net: str) -> None:
    words = ("--gross", "1126.67", "--benefit", "national_disability_pension", "--rent", "550")
    status, out, _ = run(*words, *SUMMER, "--lang", code)
    assert status == 0
    assert max(map(len, out.splitlines())) <= 80
    assert net in out
    assert ("1,041.10" if code == "en" else "1 041,10") in out
    assert "990" in out, "the cliff"


def test_hours_stand_side_by_side(run: Any) -> None:
    words = ("--benefit", "general_support", "--hours", "10,15,20", "--hourly-wage", "13")
    _, out, _ = run(*words, "--rent", "550", *SUMMER)
    for heading in ("No job", "10 h/week", "15 h/week", "20 h/week", "Participation tax rate"):
        assert heading in out
    assert "--social-assistance would add" not in out
    assert "national average, 7.57%" in out


def test_assistance_that_is_not_claimed_is_mentioned_with_its_amount(run: Any) -> None:
    words = ("--benefit", "general_support", "--rent", "700", "--municipality-group", "1", *SUMMER)
    _, out, _ = run(*words)
    claimed = amounts(answer(run, *words, "--social-assistance"))["social_assistance"]
    assert claimed > 0
    assert f"would add: No job {claimed:.2f} a month" in " ".join(out.split())


def test_dates_are_compared_under_each_other(run: Any) -> None:
    """The benefit that took the place of another in May 2026 is not an error in a comparison."""
    words = ("--benefit", "labour_market_subsidy", "--gross", "600", "--date", "2026-03-01")
    code, out, err = run(*words, "--compare-date", "2026-06-01")
    assert code == 0, err
    flat = " ".join(out.split())
    assert "Labour-market subsidy: one person's monthly budget, law of 1 March 2026" in flat
    assert "General support: one person's monthly budget, law of 1 June 2026" in flat
    assert "general support took the place of the labour market subsidy" in flat
    assert "Net income, EUR a month 1 March 2026 1 June 2026 Change" in flat
    cases = answer(run, *words, "--compare-date", "2026-06-01")["cases"]
    change = cases[1]["net_income_eur_month"] - cases[0]["net_income_eur_month"]
    assert f"{change:+.2f}" in out or (change == 0.0 and " 0.00" in out)


def test_many_hours_stand_in_tables_that_fit(run: Any) -> None:
    words = ("--benefit", "national_disability_pension", "--hourly-wage", "13,50", *SUMMER)
    for code in ("en", "fi"):
        status, out, err = run(*words, "--hours", "5,10,15,20,25,30,35,40", "--lang", code)
        assert status == 0, err
        assert max(map(len, out.splitlines())) <= 80
        for hours in (5, 40):
            assert f"{hours} h/" in out


def test_notes_name_the_columns_they_belong_to(run: Any) -> None:
    words = ("--benefit", "national_disability_pension", "--hours", "10,20", *SUMMER)
    _, out, _ = run(*words, "--hourly-wage", "14")
    assert "* 20 h/week: The pension, or part of it, is not paid" in out


def test_every_text_of_the_command_is_in_both_languages(run: Any) -> None:
    for status in BenefitStatus:
        words = ("--gross", "700", "--benefit", status.name, "--pension", "900", "--rent", "500")
        ended = status.name in ("labour_market_subsidy", "basic_unemployment_allowance")
        on = "2026-03-15" if ended else "2026-06-01"
        _, english, _ = run(*words, "--date", on)
        _, finnish, _ = run(*words, "--date", on, "--lang", "fi")
        assert english and finnish
        assert not {"pension", "allowance", "income", "the"} & set(finnish.lower().split())


# The curve -------------------------------------------------------------------------------------


def test_the_curve_writes_chart_numbers_and_cliffs(run: Any, tmp_path: Path) -> None:
    words = ("--benefit", "national_disability_pension", "--rent", "550", "--curve", *SUMMER)
    code, out, err = run(*words, "--out", str(tmp_path / "curve"))
    assert code == 0, err
    files = {path.name for path in (tmp_path / "curve").iterdir()}
    assert {"curve.html", "curve.svg", "curve.png", "curve.csv", "cliffs.csv"} <= files
    with (tmp_path / "curve" / "curve.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == 601
    assert (rows[0]["gross_eur_month"], rows[-1]["gross_eur_month"]) == ("0", "6000")
    assert rows[0]["participation_tax_rate"] == ""
    assert "990.90" in out
    page = (tmp_path / "curve" / "curve.html").read_text(encoding="utf-8")
    assert "one more euro after €990.90 costs" in page


def test_the_curve_as_json_marks_the_cliffs(run: Any) -> None:
    words = ("--benefit", "national_disability_pension", "--rent", "550", "--curve", *SUMMER)
    told = answer(run, *words)
    assert len(told["curve"]) == 601
    worst = max(told["cliffs"], key=lambda cliff: cliff["loss_eur_month"])
    assert worst["gross_eur_month"] == 990.90
    assert worst["items"] == ["national_pension", "guarantee_pension"]
    assert told["curve"][0]["participation_tax_rate"] is None


# Bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--gross", "-5"), "--gross: is out of range; found -5.0; allowed: 0 to 100000"),
        (("--gross", "1e9"), "--gross: is out of range"),
        (("--gross", "nan"), "--gross: is out of range; found nan"),
        (("--gross", "lots"), "'lots' is not a number; write 563.33 or 563,33"),
        (("--benefit", "general_suport"), "did you mean 'general_support'?"),
        (
            ("--benefit", "labour_market_subsidy"),
            "--benefit: the labour market subsidy has ended before 2026-06-01; "
            "found 'labour_market_subsidy'; did you mean 'general_support'?",
        ),
        (("--municipality", "Jyvskylä"), "did you mean 'Jyväskylä'?"),
        (("--municipal-tax", "0.075x"), "'0.075x' is not a number"),
        (
            ("--municipal-tax", "0.0757"),
            "--municipal-tax: is a share; write it in per cent; found 0.0757; did you mean '7.57'?",
        ),
        (("--out", "somewhere"), "--out: --out is where --curve writes"),
        (("--compare-date", "2026-6-1"), "write year, month and day as 2026-06-01"),
        (("--compare-date", "2026-06-31"), "write year, month and day as 2026-06-01"),
        (("--compare-date", "2020-06-01"), "--compare-date: tax and benefit law is not modelled"),
        (("--hours", "10", "--hourly-wage", "-3"), "--hourly-wage: is no pay an hour"),
        (("--municipal-tax", "75"), "--municipal-tax: is out of range; found 75.0"),
        (("--church-member",), "--church-member: the parish's rate is not known"),
        (("--hours", "10"), "--hourly-wage: --hours and --hourly-wage go together"),
        (("--hours", "ten", "--hourly-wage", "13"), "--hours: is not a number of hours a week"),
        (("--hours", "10", "--hourly-wage", "13", "--gross", "5"), "give either --gross or"),
        (("--child", "19"), "--child: is no age of a child; found 19; allowed: 0 to 17"),
        (
            ("--benefit", "earnings_related_disability_pension"),
            "--pension: an earnings-related disability pension needs its amount",
        ),
        (("--reform", "flexible"), "--reform: there is no reform of this name"),
        (("--age", "70", "--rent", "-1"), "--rent: is out of range"),
        (("--municipality-group", "0"), "--municipality-group: is not a municipality group"),
        (("--child", "3", "--day-care", "-1"), "--day-care: is out of range; found -1"),
        (("--first-month",), "--first-month: the waiting time belongs to an unemployment benefit"),
        (("--maintenance-support",), "--child: maintenance support is paid for children"),
    ],
)
def test_what_cannot_be_used_is_named_with_a_remedy(
    run: Any, words: tuple[str, ...], sentence: str
) -> None:
    code, out, err = run(*words, *SUMMER)
    assert code == 2
    assert out == ""
    assert sentence in err
    assert "Traceback" not in err


@pytest.mark.parametrize("on", ["2023-12-31", "2027-01-01"])
def test_a_date_that_is_not_modelled_is_refused_with_a_sentence(run: Any, on: str) -> None:
    code, _, err = run("--date", on)
    assert code == 2
    assert f"--date: tax and benefit law is not modelled on {on}" in err
    assert "modelled from 2024-01-01 to 2026-12-31" in err


def test_a_budget_needs_neither_compiler_nor_charts() -> None:
    """The answer comes quickly from a cold start: nothing heavy is imported for it."""
    script = (
        "import sys; from ips_econ.cli import main; main(['net-income', '--gross', '500']); "
        "print(sorted({'numba', 'pandas', 'matplotlib', 'plotly'} & set(sys.modules)), "
        "file=sys.stderr)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert shown.stderr.splitlines()[-1] == "[]"


def test_a_place_that_cannot_be_written_is_named_with_a_remedy(run: Any, tmp_path: Path) -> None:
    taken = tmp_path / "a-file"
    taken.write_text("mine", encoding="utf-8")
    code, _, err = run("--curve", "--out", str(taken), *SUMMER)
    assert code == 1
    assert f"{taken} cannot be a directory" in err
    assert "choose another with --out" in err
    assert taken.read_text(encoding="utf-8") == "mine"


def test_the_choices_of_the_command_are_those_of_the_rules() -> None:
    assert {kind.name: kind.value for kind in Employer} == EMPLOYERS
    listed = set(re.findall(r"[a-z]+(?:_[a-z]+)*", net_income.help or ""))
    assert {status.name for status in BenefitStatus} <= listed
