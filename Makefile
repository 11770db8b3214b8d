# `make help` lists the targets. Works from any directory name: recipes use paths relative to this file's directory only.
# PYTHON=/path/to/python3 chooses the interpreter of .venv (default: the first of python3.13, 3.12, 3.11, python3 that fits).
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help env env-test demo test quick lint ruff mypy shellcheck ansible-lint lint-changelog lint-docs sanity \
	unit interop contract integration bench bench-okta bench-iru docs release lock matrix clean

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -q
# One more than CI has cores, since tests wait now and then.
WORKERS ?= 3
# Under another name, since make runs a recipe with $(MAKE) in it even where it is asked to print it only (-n).
AGAIN := $(MAKE) --no-print-directory

# No settings of the surrounding shell may decide which code runs: the checkout's own ansible.cfg does.
unexport ANSIBLE_CONFIG ANSIBLE_COLLECTIONS_PATH
# Where compiled code is not kept, as in many images of containers, each of some hundred processes compiles it again.
unexport PYTHONDONTWRITEBYTECODE
# ansible-lint and the antsibull tools call ansible's commands by name.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

env: ## build .venv: all that the collection, the sandbox and the demonstration need
	@sh scripts/env.sh demo

env-test: ## the same, and the linters and test runners
	@sh scripts/env.sh test

demo: env ## the whole documented sequence against the sandbox, with simulated Macs
	@$(BIN)/python scripts/demo.py

# ansible-test sanity keeps one core busy for minutes, so it runs beside the linters and tests; what it says comes last.
test: env-test ## everything: linters, all tests, and ansible-test sanity
	@mkdir -p build
	@$(BIN)/python scripts/sanity.py >build/sanity.log 2>&1 & sanity=$$!; \
	$(AGAIN) lint && $(PYTEST) -n $(WORKERS) tests/unit tests/interop tests/contract tests/integration; tests=$$?; \
	wait $$sanity; sanity=$$?; cat build/sanity.log; exit $$((tests | sanity))

quick: ruff mypy unit ## the inner loop: ruff, mypy, unit tests

lint: ruff mypy shellcheck ansible-lint lint-changelog lint-docs ## every linter (`make -k lint` goes on after a finding)

ruff: env-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

mypy: env-test
	$(BIN)/mypy -p ansible_collections.okta_iru.attestation.plugins.module_utils -p sandbox

shellcheck: env-test
	$(BIN)/shellcheck scripts/*.sh .ci/run

ansible-lint: env-test
	$(BIN)/ansible-lint --strict -q

lint-changelog: env-test
	$(BIN)/antsibull-changelog lint

lint-docs: env-test
	$(BIN)/python scripts/docs.py lint

sanity: env-test ## ansible-test sanity on what is shipped, with the Python of .venv
	$(BIN)/python scripts/sanity.py

unit: env-test ## unit tests
	$(PYTEST) -n $(WORKERS) tests/unit

interop: env-test ## independent SCEP clients and servers (their Debian packages: .ci/run)
	$(PYTEST) tests/interop

contract: env-test ## the sandbox against what is recorded of the vendors
	$(PYTEST) tests/contract

integration: env-test ## playbooks, roles and modules against the sandbox
	$(PYTEST) -n $(WORKERS) tests/integration

bench: env-test ## what a task costs in-process and as a module process
	$(BIN)/python tests/bench/run.py

bench-okta: env-test ## 100,000 devices and 1,000,000 events: requests, seconds, memory (10 minutes)
	$(BIN)/python tests/bench/okta_scale.py

bench-iru: env-test ## 100,000 devices, their status and inventory: requests, seconds, memory (10 minutes)
	$(BIN)/python -m tests.bench.iru_scale

docs: lint-docs ## the documentation of modules and roles as HTML: build/docs/html/index.html
	$(BIN)/python scripts/docs.py html

release: env ## the artifact for Galaxy, into build/
	$(BIN)/ansible-galaxy collection build --force --output-path build .

lock: env ## renew constraints.txt from the pins in requirements*.txt
	sh scripts/lock.sh $(BIN)/python

matrix: env ## a play against the sandbox on each supported ansible-core
	$(BIN)/python scripts/matrix.py

clean: ## remove what these targets made: .venv, caches, build/
	rm -rf .venv .cache .sandbox .ansible .hypothesis .mypy_cache .pytest_cache .ruff_cache build tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
