# Everything Kith needs beside Python 3.11 or newer and make itself. `make help` lists what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test check bench install requirements clean

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	"$$p" -c '$(NEW_ENOUGH)' 2>/dev/null && echo "$$p" && break; done)
BIN := .venv/bin
PORT ?= $(or $(KITH_PORT),8000)
VAR ?= $(or $(KITH_VAR),var)
ARGS ?=
UV ?= uv

help: ## This list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /\1|/' | awk -F'|' '{printf "make %-14s%s\n", $$1, $$2}'

demo: .venv/ready ## The demo at http://127.0.0.1:8000; PORT=8123 VAR=folder for another port and data folder
	@KITH_ENV=demo KITH_PORT="$(PORT)" KITH_VAR="$(VAR)" exec $(BIN)/kith demo

test: .venv/ready-dev .venv/ready-browser ## Every test; ARGS="tests/domain -k access" for some
	@KITH_ENV=test $(BIN)/python -m tests $(ARGS)

check: .venv/ready-dev ## Lint, format, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

bench: .venv/ready-dev ## The benchmarks, with a table of ratios
	@KITH_ENV=test $(BIN)/python -m tests.bench $(ARGS)

install: .venv/ready ## Only the virtual environment with what Kith needs to run

requirements: ## Compile requirements*.txt anew from requirements*.in (needs uv)
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		requirements.in -o requirements.txt $(ARGS)
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		requirements-dev.in -o requirements-dev.txt $(ARGS)

clean: ## Remove the virtual environment and caches; the data in var/ stays
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache test-results

.venv/made:
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(NEW_ENOUGH)' \
		|| { echo "Kith needs Python 3.11 or newer. Install it, or name it: make demo PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making a virtual environment in .venv …"
	@rm -rf .venv && $(PYTHON) -m venv .venv && touch $@

.venv/ready: .venv/made requirements.txt pyproject.toml
	@echo "Installing what Kith needs …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation \
		--config-settings editable_mode=compat -e .
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.venv/ready-browser: .venv/ready-dev tests/install_browser.py
	@$(BIN)/python tests/install_browser.py
	@touch $@
