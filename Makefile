# The same commands for everyone: `make demo` to use it, `make test` to change it. Needs Python 3.11+ and make.

PORT ?= 8000
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo stop test lint bench lock clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup: $(VENV)/.ready ## Install everything that running needs into .venv

setup-dev: $(VENV)/.ready-dev ## … and what testing needs

demo: setup ## Run the site with the sample province (PORT=8000)
	@exec $(BIN)/innovalley demo --port $(PORT) $(ARGS)

stop: ## Stop the demo and its database, from another terminal
	@test ! -x $(BIN)/innovalley || { $(BIN)/innovalley demo --stop && $(BIN)/innovalley db stop; }

test: lint ## Check the style and run all tests (ARGS="-k demand")
	$(BIN)/python -m pytest -n auto $(ARGS)

lint: setup-dev ## Style, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup-dev ## Measure speed and quality (see docs/benchmarks.md)
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks $(ARGS)

COMPILE = $(BIN)/uv pip compile -q pyproject.toml --universal --generate-hashes --no-annotate --no-header \
	--python-version 3.11 --extra build $(ARGS)

lock: setup-dev ## Pin the newest versions (ARGS=--upgrade) in the requirements files
	$(COMPILE) --extra dev -o requirements-dev.txt
	$(COMPILE) -c requirements-dev.txt -o requirements.txt

clean: stop ## Remove what these commands made, but for the data in .data
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# -------------------------------------------------------------------------------------- how it is set up

# The first of these that is new enough; python3 first, since its packages are the ones that are there.
FIND_PYTHON = for each in $${PYTHON:-python3 python3.13 python3.12 python3.11}; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$each" && break; done

COMPILE_TRANSLATIONS = $(BIN)/python -c "from innovalley.config.translations import compile_all; compile_all()"

$(BIN)/python:
	@python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or newer is needed. On Debian or Ubuntu: sudo apt-get install python3 python3-venv" >&2; \
		echo "One that lies elsewhere: make setup PYTHON=/path/to/python3" >&2; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; fi; \
	echo "Making the virtual environment $(VENV) with $$python …"; \
	"$$python" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.ready: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing requirements.txt …"
	@$(PIP) install --only-binary :all: -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(COMPILE_TRANSLATIONS)
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing requirements-dev.txt …"
	@$(PIP) install --only-binary :all: -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(COMPILE_TRANSLATIONS)
	@touch $@ $(VENV)/.ready

export PYTHON
