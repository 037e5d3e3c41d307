# One command sets up, one shows, one tests. PYTHON picks the interpreter of the environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: setup demo test lint bench docs lock clean

setup: $(STAMP)

$(STAMP): pyproject.toml requirements.lock tools/setup.sh
	PYTHON="$(PYTHON)" VENV="$(VENV)" sh tools/setup.sh
	@touch $(STAMP)

demo: $(STAMP)
	$(BIN)/python examples/digits.py

# Several workers share the cores: threads of torch that have nothing to do should sleep, not spin.
test: $(STAMP) lint
	OMP_WAIT_POLICY=passive $(BIN)/python -m pytest -n auto --maxprocesses 4

lint: $(STAMP)
	$(BIN)/ruff check src tests benchmarks examples tools
	$(BIN)/ruff format --check src tests benchmarks examples tools
	$(BIN)/mypy
	$(BIN)/lint-imports

# The data sets of the benchmarks are not part of the project: make bench DATA=folder
bench: $(STAMP)
	$(BIN)/python benchmarks/vs_fastai.py --data "$(DATA)"

docs: $(STAMP)
	$(BIN)/python tools/cli_reference.py
	$(BIN)/python tools/glossary_pages.py
	$(BIN)/python tools/recipe_reference.py
	$(BIN)/python tools/readme_tables.py
	$(BIN)/python tools/technique_tables.py

lock: $(STAMP)
	$(BIN)/python tools/lock.py

clean:
	rm -rf $(VENV) demo runs build dist
