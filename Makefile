# Two commands matter: `make demo` and `make test`. Both set up first, and only once.
SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
UV := $(shell command -v uv 2>/dev/null)
# Tests that start sandboxes and time programs, or kill processes: beside others, they would see the load.
ALONE := tests/attacks tests/end_to_end tests/engine tests/perfbox tests/sandbox tests/timing

SAY := printf '\n== %s\n'

.PHONY: help setup setup-dev demo test lint types imports pytest snapshots mutation lock wheel benchmarks clean

help:  ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/setup.stamp  ## install perftui into .venv (quick the second time)

setup-dev: $(VENV)/dev.stamp

demo: setup  ## refine the bundled problems with the recorded model: no key, no network
	@$(BIN)/perftui demo $(ARGS) || test $$? -eq 130  # leaving it early is no failure

test: setup-dev  ## lint, types, import contract and all tests
	@$(MAKE) --no-print-directory lint types imports pytest

lint: setup-dev  ## ruff
	@$(SAY) "ruff"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup-dev  ## mypy --strict
	@$(SAY) "mypy"
	@$(BIN)/mypy

imports: setup-dev  ## which room may import which
	@$(SAY) "import contract"
	@$(BIN)/lint-imports --no-logo

pytest: setup-dev  ## the tests
	@$(SAY) "tests that need the machine for themselves"
	@$(BIN)/python -m pytest $(ALONE) $(ARGS)
	@$(SAY) "all other tests, two at a time"
	@$(BIN)/python -m pytest -n 2 tests $(ALONE:%=--ignore=%) $(ARGS)

snapshots: setup-dev  ## take the pictures of the screens anew, after looking at the differences
	@$(BIN)/python -m pytest tests/tui --snapshot-update

benchmarks: setup-dev  ## what is fast, measured: one line each
	@for b in benchmarks/*.py; do $(BIN)/python $$b || exit 1; done

mutation: setup-dev  ## change the pure core line by line and see whether a test notices (ARGS="perftui.events*")
	@$(BIN)/python -m pip install --disable-pip-version-check -q "mutmut==3.8.1"
	@$(BIN)/mutmut run --max-children 2 $(ARGS)
	@$(BIN)/mutmut results

lock:  ## renew the lock files (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		-c requirements.lock --custom-compile-command "make lock" -q -o requirements-dev.lock

wheel: setup-dev  ## build the sdist and the wheel into dist/
	@$(BIN)/python -m build

clean:  ## remove what was set up and built
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(SAY) "setting up in $(VENV) with $(if $(UV),uv,pip)"
	@test -n "$(PYTHON)" || { echo "perftui needs CPython 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3" >&2; exit 3; }
ifneq ($(UV),)
	@$(UV) venv -q --seed --clear --python "$(PYTHON)" $(VENV)
else
	@"$(PYTHON)" -m venv --clear $(VENV) || { \
		echo "$(PYTHON) cannot make a virtual environment: install its venv package (Debian: apt-get install python3-venv)" >&2; \
		rm -rf $(VENV); exit 3; }
endif

$(VENV)/setup.stamp: requirements.lock pyproject.toml | $(VENV)/bin/python
	@$(SAY) "installing what perftui needs (requirements.lock)"
ifneq ($(UV),)
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(VENV) $(UV) pip install -q --no-deps -e .
else
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps -e .
endif
	@$(BIN)/perftui --version
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/setup.stamp
	@$(SAY) "installing what the tests need (requirements-dev.lock)"
ifneq ($(UV),)
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --require-hashes -r requirements-dev.lock
else
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r requirements-dev.lock
endif
	@touch $@
