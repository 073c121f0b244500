# Everything a newcomer needs; `make help` lists it.
PYTHON ?= python3
BIN := .venv/bin
IMAGES := $(wildcard backend/pipeline/containers/*/)
CHROMIUM := $(firstword $(wildcard /usr/bin/chromium /usr/bin/chromium-browser))

.DEFAULT_GOAL := help
.PHONY: help install demo test lint e2e bench lock chromium

help:  ## list the targets
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

install: .venv/synced  ## make .venv and install the lock into it

.venv/synced: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: set PYTHON=/path/to/it."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/python -m uv pip sync --quiet --python $(BIN)/python requirements.txt
	@touch $@

demo: install  ## run the whole system on this machine, three tenants included
	@$(BIN)/python -m demo

test: lint e2e  ## lint, unit, integration, page and browser tests
	$(BIN)/python -m pytest -p no:playwright tests/unit tests/integration tests/portal

lint: install  ## ruff, mypy --strict, the import contract, cfn-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	for image in $(IMAGES); do (cd $$image && $(CURDIR)/$(BIN)/mypy --explicit-package-bases \
	  --config-file $(CURDIR)/pyproject.toml *.py) || exit 1; done
	$(BIN)/lint-imports
	$(BIN)/cfn-lint infra/*.yaml

e2e: install chromium  ## the browser tests alone
	$(BIN)/python -m pytest tests/e2e

chromium:
	@test -n "$(CHROMIUM)" || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  apt-get -qq update && apt-get -qq install -y chromium >/dev/null; } || \
	  $(BIN)/playwright install chromium || \
	  echo "No Chromium is to be had here: the browser tests will say that they were skipped."

bench: install  ## the figures of the README's table
	$(BIN)/python -m benchmarks.main_job --csv demo/data/churn.csv --target churn --n 3
	$(BIN)/python -m benchmarks.overhead
	$(BIN)/python -m benchmarks.dispatch
	$(BIN)/python -m benchmarks.handoff
	$(BIN)/python -m benchmarks.cost
	$(BIN)/python -m benchmarks.crash

lock: install  ## resolve pyproject.toml into requirements.txt anew
	$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --group dev \
	  pyproject.toml --output-file requirements.txt
