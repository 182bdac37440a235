# `make` lists what there is. Everything runs in .venv, which the first target that needs it makes.
PYTHON ?= python3
BIN := .venv/bin
TRAIN_WITH := $(wildcard ../shared/eval/train.jsonl)
TRAIN_TEXTS := $(wildcard ../shared/eval/unlabelled.jsonl)
GOLD ?= ../shared/eval/dev.jsonl

.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Rebuilt when the locked requirements change; made whole or not at all.
.venv/ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "calmdesk needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.12" % sys.version.split()[0])'
	@echo "Setting up .venv (once) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: .venv/ready ## try it in the browser: customers, agents and admin side by side
	@$(BIN)/calmdesk demo

test: lint ## lint, types, the playbook's check and all tests but the long ones, two at a time
	@$(BIN)/calmdesk check
	@$(BIN)/pytest -m "not long" --numprocesses 2 --dist loadfile

test-long: .venv/ready ## the tests that take minutes (fuzzing, kill rounds, a storm)
	@$(BIN)/pytest -m long

check: .venv/ready ## check the playbook in templates/ (and the folders named in bot.toml)
	@$(BIN)/calmdesk check

lint: .venv/ready ## ruff and mypy (strict)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary

format: .venv/ready ## lay out the code
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

bench: .venv/ready ## speed and memory: the reading beside snownlp and jiagu, the desk with 100,000 cases
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "snownlp>=0.12.3" "jiagu>=0.2.3"
	@$(BIN)/python benchmarks/reading.py
	@$(BIN)/python benchmarks/desk.py

train: .venv/ready ## train the classifier's weights anew
	@$(BIN)/calmdesk train $(addprefix --with ,$(TRAIN_WITH)) $(addprefix --labels training/labels.tsv ,$(TRAIN_TEXTS))

evaluate: .venv/ready ## measure the reading against GOLD (a JSONL file with labels)
	@$(BIN)/calmdesk evaluate --by-language $(GOLD)

figures: .venv/ready ## the tables of the README and docs/reading.md, measured against GOLD
	@$(BIN)/python docs/figures.py $(GOLD)

lock: ## write requirements.lock anew from pyproject.toml
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements.lock

pictures: .venv/ready ## the pictures in the README and docs/, from real runs
	@$(BIN)/python docs/session.py
	@$(BIN)/python -m docs.demo_pictures

clean: ## take away what was made
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: help demo test test-long check lint format bench train evaluate figures lock pictures clean
