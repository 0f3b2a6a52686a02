"""Finnish tax and benefit law for one person and one month, by date.

One file per branch of law; every rule is a scalar function that reads like its paragraph and runs
both as plain Python and inside a compiled loop. Numbers stand only in ``parameters/tax_benefit``.
Euros here are nominal euros of the law's date. The order in which the rules apply stands in one
place: :func:`ips_econ.tax_benefit.net_income.monthly_budget`.
"""
