# Needs GNU make, bash and Python 3.11 or newer. Everything is installed into the folder .venv and nowhere else.
# Settings of the service (MOTCUA_*) are taken from the environment, or `make run MOTCUA_CLOCK=virtual`.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# The interpreter to make .venv with; the first one that is new enough, or your own: `make run PYTHON=/path/to/python`.
PYTHON ?= $(shell for name in python3.11 python3; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)

VENV := .venv
BIN := $(VENV)/bin
SERVICE := $(VENV)/.service-installed
TESTS := $(VENV)/.tests-installed
# A file's tests stay together: they share what is slow to start. They go in their order: files with few tests are the slow ones and must not be left for
# the end.
AT_A_TIME := -n 2 --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.PHONY: help run test check chaos nightly mutants bench install lint format types imports sizes pins clean

help:  ## say what can be made (this list)
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/\1 \2/p' $(MAKEFILE_LIST) | \
		while read -r target text; do printf '  make %-8s %s\n' "$$target" "$$text"; done

run: $(SERVICE)  ## install what is missing, create the store, deploy bpmn/ and serve on http://127.0.0.1:8000
	@exec $(BIN)/motcua serve --sandbox --deploy bpmn

test: $(TESTS) lint types imports  ## install what is missing and run every check but the long runs
	@$(BIN)/python -m pytest $(AT_A_TIME)

check: $(TESTS) lint types imports sizes  ## the same, with a report of how long functions and files are
	@$(BIN)/python -m pytest $(AT_A_TIME)

chaos: $(TESTS)  ## the long runs: kills, random models, big numbers; prints their figures
	@$(BIN)/python -m pytest -m chaos --capture=no tests/api tests/engine & others=$$!; failed=0; \
	$(BIN)/python -m pytest -m chaos --capture=no tests/crash || failed=$$?; \
	wait $$others || failed=$$?; exit $$failed

nightly: $(TESTS)  ## 50,000 random models, 1,000 kills: hours
	@$(BIN)/python -m pytest -m nightly --capture=no

mutants: $(TESTS)  ## plant known bugs one by one and see that the tests find each
	@$(BIN)/python -m tests.mutants

bench: $(TESTS)  ## measure speed, side by side with plain SpiffWorkflow
	@$(BIN)/python -m benchmarks

install: $(TESTS)  ## install what is missing, for work on the code

lint: $(TESTS)  ## rules and layout of the code (ruff)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(TESTS)  ## lay out the code (ruff)
	@$(BIN)/ruff check --select I --fix .
	@$(BIN)/ruff format .

types: $(TESTS)  ## types (mypy, strict)
	@$(BIN)/mypy --strict

imports: $(TESTS)  ## who imports whom (import-linter)
	@$(BIN)/lint-imports --no-logo

sizes: $(TESTS)  ## report how long functions and files are
	@$(BIN)/python -m tests.sizes

# pip-tools works out the versions in an environment of its own: neither the service nor its tests need it.
pins: $(BIN)/python  ## renew the pinned versions in requirements/*.txt
	@scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	$(BIN)/python -m venv "$$scratch"; \
	"$$scratch/bin/python" -m pip --disable-pip-version-check install --quiet pip-tools; \
	cd requirements; \
	for list in service test build; do \
		echo "Working out requirements/$$list.txt ..."; \
		"$$scratch/bin/pip-compile" --quiet --upgrade --strip-extras --allow-unsafe --annotation-style=line \
			--no-header --no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
			--output-file "$$list.txt" "$$list.in"; \
	done

clean:  ## remove .venv, caches and what was built; never the data in var/
	rm -rf $(VENV) build *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find engine api adapters tests benchmarks docs -name __pycache__ -prune -exec rm -rf {} +

# Without these files changing, nothing is installed again.
$(SERVICE): setup.cfg pyproject.toml requirements/build.txt requirements/service.txt | $(BIN)/python
	@echo "Installing the service into $(VENV) (the first time about a minute) ..."
	@$(PIP) install --quiet -r requirements/build.txt -r requirements/service.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(TESTS): requirements/test.txt $(SERVICE)
	@echo "Installing what the tests need into $(VENV) (the first time about a minute) ..."
	@$(PIP) install --quiet -r requirements/test.txt
	@touch $@

# Debian's Python comes without venv's other half; venv then fails half way, so its folder is taken away again.
$(BIN)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed$(if $(PYTHON), and $(PYTHON) is not)." \
			"On Debian 12: apt-get install python3 python3-venv" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian 12: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making a virtual environment in $(VENV) with $(PYTHON) ..."
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) -m venv failed. On Debian 12: apt-get install python3-venv" >&2; exit 1; }
