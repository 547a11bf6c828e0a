# The commands of the project; `make` alone lists them.
PYTHON ?= python3
OUT ?= build/site
DATA ?= ../shared/data
BIN = .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup report test check bench simulate calibrate lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv with all that is needed (QUARTO=retry: try to fetch Quarto once more)
	@$(PYTHON) -I .ci/setup.py $(if $(filter retry,$(QUARTO)),--retry-quarto)

report: setup ## make every report and the site in build/site
	@$(BIN)/gymreg build --out $(OUT)

test: setup ## run the tests, the notebooks among them
	@$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --nbval-lax --nbval-current-env

check: setup ## the gate: format, lint, types, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(MAKE) --no-print-directory test

bench: setup ## measure how fast the pages are made, and against what
	@$(BIN)/python tests/bench.py
	@$(BIN)/python tests/bench_registers.py
	@$(BIN)/python tests/bench_matching.py
	@$(BIN)/python tests/bench_whatif.py
	@$(BIN)/python tests/bench_seats.py
	@$(BIN)/python tests/bench_funding.py
	@$(BIN)/python tests/bench_cohort.py
	@$(BIN)/python tests/bench_effects.py
	@$(BIN)/python tests/bench_cutoffs.py
	@$(BIN)/python tests/bench_gate.py
	@$(BIN)/python tests/bench_disclosure.py

calibrate: setup ## fit the made-up region to the published files in DATA again
	@$(BIN)/python -m gymreg_core.synthetic.calibration --data $(DATA) --record docs/simulations/made-up-region.md

simulate: setup ## look for lists that pay without being true, planted odds, published histories and planted effects, and write down what was found
	@$(BIN)/python tests/simulate_matching.py
	@$(BIN)/python tests/simulate_seats.py
	@$(BIN)/python tests/simulate_supplement.py
	@$(BIN)/python tests/simulate_histories.py
	@$(BIN)/python tests/simulate_hazard.py
	@$(BIN)/python tests/simulate_cohort.py
	@$(BIN)/python tests/simulate_effects.py
	@$(BIN)/python tests/simulate_demand.py
	@$(BIN)/python tests/simulate_cutoffs.py
	@$(BIN)/python tests/simulate_attack.py
	@$(BIN)/python tests/simulate_builds.py
	@$(BIN)/python tests/simulate_store.py
	@$(BIN)/python tests/fuzz_inputs.py
	@$(BIN)/python tests/simulate_kills.py

lock: setup ## make requirements.txt from pyproject.toml again
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --extra test --extra dev --output-file requirements.txt \
	  --quiet --no-header --no-emit-index-url --no-emit-find-links

clean: ## remove what was made: pages, environment, caches
	@rm -rf build .venv .venv-bootstrap .pytest_cache .mypy_cache .ruff_cache .hypothesis
