# `make ask Q="…"` is all it takes: the virtual environment is made on first use and kept until
# pyproject.toml or constraints.txt change.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help ask index test test-slow lint docs eval expected figures bench bot-emulator clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -c constraints.txt -e '.[prepare,bot,eval,dev]'
	@touch $@

# Q goes through the environment, so that nothing in a question is taken for shell. Nothing found is no failure of make.
unexport Q
ask: export QUESTION = $(value Q)
ask: $(INSTALLED) ## ask a question: make ask Q="临沭还剩多少户没脱贫"
	@printf '%s' "$$QUESTION" | $(BIN)/povqa ask - || test $$? -eq 1

index: $(INSTALLED) ## build the index of the corpus, where it is not fresh
	$(BIN)/povqa index

test: $(INSTALLED) ## run the fast tests
	$(BIN)/python -m pytest

test-slow: $(INSTALLED) ## run the slow tests
	$(BIN)/python -m pytest -m slow

lint: $(INSTALLED) ## check style, formatting and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs: $(INSTALLED) ## write docs/cli.md anew from the commands' --help
	$(BIN)/python docs/make_cli.py

eval: $(INSTALLED) ## run the evaluation set
	$(BIN)/povqa eval

expected: $(INSTALLED) ## fill eval/expected.toml with the scores of now
	$(BIN)/povqa eval --write-expected

figures: $(INSTALLED) ## run the evaluation set and write its figures into the documents
	$(BIN)/povqa eval --ablate --html --failures none --out eval/reports
	$(BIN)/python -m povqa.evaluation.figures eval/reports/questions-all.json $(wildcard README.md docs/evaluation.md)

bench: $(INSTALLED) ## run the measurements against peers
	$(BIN)/python -m benchmarks

# Others' emulator of Telegram; see tests/bot/emulator.py.
bot-emulator: export NODE_PATH = .stamps/emulator/node_modules
bot-emulator: $(INSTALLED) ## show the bot at work against an independent emulator (needs node and npm)
	npm install --silent --no-fund --no-audit --prefix .stamps/emulator telegram-test-api@4.2.1
	$(BIN)/python tests/bot/emulator.py

clean: ## remove the virtual environment and the caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
