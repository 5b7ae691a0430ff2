# `make help` lists what there is. The set-up is made of small steps, each with a stamp in .make/ that is written last,
# so that an interrupted one is simply run again.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Everything a clone makes stays inside it; set SONGHANH_HOME to keep the data elsewhere.
export SONGHANH_HOME ?= $(CURDIR)/var/home
export NUMBA_CACHE_DIR ?= $(CURDIR)/var/numba
export PYTHONPATH := src

PY := .venv/bin/python
SONGHANH := .venv/bin/songhanh
SETUP := scripts/setup.sh
EXAMPLE := bac-giang-2021
# Two processes, a file of tests each at a time; WORKERS=0 runs them one after the other in one process.
WORKERS ?= 2
PYTEST := $(PY) -m pytest -q -n $(WORKERS) --dist loadfile
BROWSER = SONGHANH_CHROMIUM="$$(cat .make/browser)"

# To show the example takes less than to develop it: only `demo` and `run` are content with the smaller lock.
LOCK := $(if $(filter-out demo run,$(MAKECMDGOALS))$(wildcard .make/dev.stamp),dev,base)
RUNTIME := .make/$(LOCK).stamp .make/frontend.stamp .make/messages.stamp

ifneq ($(filter-out help clean,$(MAKECMDGOALS)),)
$(shell $(SETUP) verify)
endif

.PHONY: help setup demo run test test-slow check bench peers evidence fix messages clean
.PHONY: check-format check-lint check-types check-arrows check-dependencies check-translations

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .make/dev.stamp .make/frontend.stamp .make/messages.stamp .make/browser.stamp .make/kernels.stamp ## everything, for running, checking and testing (first time: minutes)
	@echo "Ready: make demo, make test, make check."

demo: $(RUNTIME) ## build the example, decide as of 17 May 2021, serve http://127.0.0.1:8000
	@exec $(SONGHANH) demo

run: $(RUNTIME) ## only serve what is already there, web and background worker
	@exec $(SONGHANH) serve

test: .make/dev.stamp .make/frontend.stamp .make/messages.stamp .make/browser.stamp ## all tests but the slow ones, in a real browser too
	@$(BROWSER) $(PYTEST) -m "not slow"

test-slow: .make/dev.stamp .make/frontend.stamp .make/messages.stamp .make/browser.stamp ## the tests that take more than 20 s each
	@$(BROWSER) $(PYTEST) -m slow

check: check-format check-lint check-types check-arrows check-dependencies check-translations ## layout, lint, types, arrows, dependencies, translations
	@echo "All checks hold."

check-format: .make/dev.stamp ## layout of the code
	@$(PY) -m ruff format --check --quiet --output-format concise . || { echo "songhanh: make fix lays the code out."; exit 1; }

check-lint: .make/dev.stamp ## mistakes and habits that ruff knows
	@$(PY) -m ruff check --quiet .

check-types: .make/dev.stamp ## types, strict
	@$(PY) -m mypy --no-error-summary

check-arrows: .make/dev.stamp ## the direction of the imports
	@.venv/bin/lint-imports >.make/arrows.log || { cat .make/arrows.log; exit 1; }

check-dependencies: .make/dev.stamp ## dependencies that are missing or unused
	@.venv/bin/deptry --no-ansi src 2>.make/dependencies.log || { cat .make/dependencies.log; exit 1; }

check-translations: .make/dev.stamp ## every text of the pages in both languages
	@$(PY) scripts/translations.py check

bench: $(RUNTIME) ## the committed benchmark scenarios, with the load of the machine
	@$(SONGHANH) bench

peers: .make/peers.stamp ## Covasim, LASER and BoARIO in .venv-peers: the benchmarks then measure them too

evidence: $(RUNTIME) ## compute docs/evidence again: the printed decision and the replay in hindsight
	@scripts/evidence.sh $(EXAMPLE)

fix: .make/dev.stamp ## lay the code out and mend what lint can mend
	@$(PY) -m ruff check --quiet --fix --exit-zero .
	@$(PY) -m ruff format --quiet .

messages: .make/dev.stamp ## add new texts of the pages to the .po files, and compile them
	@$(PY) scripts/translations.py update
	@$(PY) scripts/translations.py compile

clean: ## remove all that was built, downloaded and computed here
	rm -rf .venv .venv-peers .make node_modules var .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results
	rm -rf src/songhanh/operations/project/static/songhanh/build
	find src tests -name __pycache__ -prune -exec rm -rf {} +
	find src/songhanh/operations/locale -name '*.mo' -delete

.make/base.stamp: requirements/base.lock pyproject.toml
	@$(SETUP) python base

.make/dev.stamp: requirements/dev.lock pyproject.toml
	@$(SETUP) python dev

.make/peers.stamp: requirements/peers.lock
	@$(SETUP) peers

.make/frontend.stamp: package-lock.json $(shell find frontend -type f 2>/dev/null) | .make/$(LOCK).stamp
	@$(SETUP) frontend

.make/messages.stamp: $(wildcard src/songhanh/operations/locale/*/LC_MESSAGES/*.po) | .make/$(LOCK).stamp
	@$(PY) scripts/translations.py compile
	@touch $@

.make/browser.stamp:
	@$(SETUP) browser

.make/kernels.stamp: | .make/$(LOCK).stamp
	@$(SONGHANH) warm
	@touch $@
