# Every command installs what it needs first, and says so on standard error.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Node is a tool only; it comes with the environment. Whatever runs through npm finds it there first.
NODE_STAMP := node_modules/.installed
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
# mypy's plugin loads the settings to read the models; it connects to nothing.
CHECK_ENVIRONMENT := SECRET_KEY=unused DATABASE_URL=postgresql:///unused REDIS_URL=redis://unused REALM_ID=107c2a5a-d7ee-4df5-8341-d6de111b7984 KEY_ENCRYPTION_KEYS=unused:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=

.PHONY: help run demo test check format conformance badinput bench lock clean
.DEFAULT_GOAL := help

help: ## show the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

$(STAMP): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "==> making a private environment in $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV) || { echo "This Python cannot make environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "==> installing pinned and hash-checked packages (one to two minutes the first time)" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(NODE_STAMP): package.json package-lock.json | $(STAMP)
	@echo "==> installing the web wallet's packages, pinned and hash-checked, without running scripts of theirs" >&2
	@$(NODE) npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel error >&2
	@touch $@

run: $(STAMP) $(NODE_STAMP) ## start everything for a demo, and print the addresses; Ctrl-C stops it
	@$(BIN)/python -m stack.run $(ARGS)

demo: $(STAMP) $(NODE_STAMP) ## play a payment from the first mail to the confirmation; JSON=1 prints one JSON object
	@$(BIN)/python -m stack.demo $(if $(filter-out 0,$(JSON)),--json) $(ARGS)

test: $(STAMP) $(NODE_STAMP) ## run the tests, on an embedded PostgreSQL and Redis
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 10 $(ARGS)

check: $(STAMP) $(NODE_STAMP) ## lint, types, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(CHECK_ENVIRONMENT) $(BIN)/mypy
	$(BIN)/lint-imports
	$(NODE) npm run --silent types

format: $(STAMP) ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

conformance: $(STAMP) ## judge a till by named scenarios: TILL="command" (ours without), ARGS="--report FILE"
	@$(BIN)/python -m conformance $(if $(TILL),--till '$(TILL)') $(ARGS)

badinput: $(STAMP) ## send the catalogue of wrong input to a running server, and count the answers
	@$(BIN)/python -m tests.badinput $(ARGS)

bench: $(STAMP) ## measure what a code check and whole purchases cost, and what lists do with many payments (ten minutes)
	$(BIN)/python -m benchmarks.code_check
	$(BIN)/python -m benchmarks.purchase
	$(BIN)/python -m benchmarks.sockets
	$(BIN)/python -m benchmarks.staff_lists

lock: $(STAMP) ## resolve requirements*.in into requirements*.txt (needs uv)
	for name in requirements requirements-dev; do uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q $$name.in -o $$name.txt; done

clean: ## remove the environment and all local data
	rm -rf $(VENV) node_modules var
