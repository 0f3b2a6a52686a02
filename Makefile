# `make demo` and `make test` do everything on a machine with Python 3.11-3.13, pip and make.
# Without make (Windows): see README.md.

VENV := .venv
SCENARIO := etela-pohjanmaa
IN_VENV := $(VENV)/bin
INSTALLED := $(VENV)/.installed
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

# The first Python of a version that the package supports; PYTHON=... names another.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	if $$name -c '$(FITS)' 2>/dev/null; then echo $$name; break; fi; done)

.DEFAULT_GOAL := help
.PHONY: help venv install demo test check bench calibrate format lint types imports

help: ## say what the targets do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(IN_VENV)/python:
	@test -n "$(PYTHON)" || { echo "ips-econ needs Python 3.11, 3.12 or 3.13 (make PYTHON=...)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make an environment; \
	on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml constraints.txt | $(IN_VENV)/python
	PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 \
		$(IN_VENV)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@

venv: $(IN_VENV)/python ## make the environment .venv

install: $(INSTALLED) ## install ips-econ and its tools into .venv, in tested versions

demo: $(INSTALLED) ## install, simulate one region, say where the report is
	$(IN_VENV)/ips-econ simulate $(SCENARIO)
	@echo
	@echo "The report: $(CURDIR)/outputs/$(SCENARIO)/report.html"

test: $(INSTALLED) ## run all tests
	$(IN_VENV)/python -m pytest

check: $(INSTALLED) ## format, lint, types, imports and tests, changing nothing
	$(IN_VENV)/ruff format --check
	$(IN_VENV)/ruff check
	$(IN_VENV)/mypy
	$(IN_VENV)/lint-imports
	$(IN_VENV)/python -m pytest

bench: $(INSTALLED) ## measure speed, parallel efficiency and memory
	$(IN_VENV)/python benchmarks/bench.py
	$(IN_VENV)/python benchmarks/rules.py

calibrate: $(INSTALLED) ## fit the structural values to trials: parameters/fitted.toml
	$(IN_VENV)/python calibration/fit.py

format: $(INSTALLED) ## rewrite the code in the common format
	$(IN_VENV)/ruff format
	$(IN_VENV)/ruff check --fix

lint: $(INSTALLED) ## look for mistakes and bad style
	$(IN_VENV)/ruff check

types: $(INSTALLED) ## check types
	$(IN_VENV)/mypy

imports: $(INSTALLED) ## check that imports run one way
	$(IN_VENV)/lint-imports
