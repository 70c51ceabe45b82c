# `make ask Q="…"` is all it takes: the virtual environment is made on first use and kept until
# pyproject.toml or constraints.txt change.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help ask index test test-slow lint docs eval expected figures fuzz bench bot-emulator lock-check lock licences clean

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

# TIMES=2 for twice as many.
fuzz: $(INSTALLED) ## try every property on 200,000 inputs and more (half an hour)
	POVQA_FUZZ=$(or $(TIMES),1) $(BIN)/python -m pytest tests/fuzz

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

# NEWS=FOLDER of news-*.jsonl.gz adds growth, READY="46303=CORPUS:INDEX" sizes that stand already (docs/benchmarks.md).
bench: $(INSTALLED) ## measure against peers, against the processor, growth (NEWS=FOLDER), start-up
	$(BIN)/pip install --quiet -c constraints.txt -c benchmarks/constraints.txt -e '.[prepare,bot,eval,dev,bench]'
	$(BIN)/python -m benchmarks $(if $(NEWS),--news '$(NEWS)') $(if $(READY),--ready $(READY))

# Others' emulator of Telegram; see tests/bot/emulator.py.
bot-emulator: export NODE_PATH = .stamps/emulator/node_modules
bot-emulator: $(INSTALLED) ## show the bot at work against an independent emulator (needs node and npm)
	npm install --silent --no-fund --no-audit --prefix .stamps/emulator telegram-test-api@4.2.1
	$(BIN)/python tests/bot/emulator.py

# What was tested is pinned by version in constraints.txt, which set-up uses, and by content in .ci/hashes.txt.
lock-check: $(INSTALLED) ## compare what the package registry hands out with the files that were tested
	$(BIN)/pip install --quiet --dry-run --ignore-installed --no-deps --report $(VENV)/packages.json -r constraints.txt
	$(BIN)/python .ci/hashes.py $(VENV)/packages.json

lock: $(INSTALLED) ## add the files of this platform to .ci/hashes.txt
	$(BIN)/pip install --quiet --dry-run --ignore-installed --no-deps --report $(VENV)/packages.json -r constraints.txt
	$(BIN)/python .ci/hashes.py $(VENV)/packages.json --write

licences: $(INSTALLED) ## write docs/licences.md anew from the installed packages
	$(BIN)/pip install --quiet -c constraints.txt -e '.[prepare,bot,milvus,eval,dev]'
	$(BIN)/python docs/make_licences.py

clean: ## remove the virtual environment and the caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
