# What can be done here; `make help` lists it. Needs GNU make, a POSIX shell and Python >= 3.11.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 1
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
LOCKS := requirements

# --only-binary: a platform without wheels is told so at once, instead of building GDAL.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --only-binary :all:
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--only-binary :all: --no-header --no-annotate --no-emit-index-url --no-emit-find-links $(LOCK_ARGS)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve install install-test install-browser test deep check format bench compose-check lock clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1	\2/p' Makefile | while IFS='	' read -r name text; \
		do printf '  make %-14s %s\n' "$$name" "$$text"; done

serve: install ## serve on HOST:PORT with WORKERS processes (builds a release if there is none)
	$(BIN)/lodeline serve --host $(HOST) --port $(PORT) --workers $(WORKERS)

install: $(VENV)/.runtime ## make .venv with the locked dependencies and the project

install-test: $(VENV)/.test ## the same with the tools for tests and checks

install-browser: ## install the Node packages the tests use (the tests do it themselves otherwise)
	cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund

test: install-test ## run the tests (ARGS="-k words" picks some)
	$(BIN)/python -m pytest -rs $(ARGS)

deep: install-test ## run the property tests with many more examples, others every time
	$(BIN)/python -m pytest -rs -m hypothesis --hypothesis-profile=deep $(ARGS)

check: install-test ## lint, formatting, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: install-test ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install-test ## run the benchmarks
	$(BIN)/python -m tests.benchmarks $(ARGS)

compose-check: install-test ## validate docker-compose.yml and Dockerfile without an engine
	$(BIN)/docker-compose --file docker-compose.yml config --quiet
	$(BIN)/hadolint Dockerfile

lock: install-test ## pin again what pyproject.toml asks for (LOCK_ARGS=--upgrade takes newer versions)
	@sed -n '/^\[build-system\]/,/^$$/s/^requires = \["\(.*\)"\]$$/\1/p' pyproject.toml > $(LOCKS)/.build.in
	$(COMPILE) $(LOCKS)/.build.in --output-file $(LOCKS)/build.txt; \
		status=$$?; rm -f $(LOCKS)/.build.in; exit $$status
	$(COMPILE) pyproject.toml --output-file $(LOCKS)/runtime.txt
	$(COMPILE) pyproject.toml --group test --constraints $(LOCKS)/runtime.txt \
		--output-file $(LOCKS)/test.txt

clean: ## remove .venv, caches and builds (the workspace stays)
	rm -rf $(VENV) tests/browser/node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis
	find service geodata schemas tools tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp stands for a finished step; an interrupted one is done again.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Lodeline needs Python >= 3.11, and $(PYTHON) is $$($(PYTHON) --version 2>&1 || :);" \
			"name another: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) has no venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; }
	@echo "making $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.made pyproject.toml $(LOCKS)/build.txt $(LOCKS)/runtime.txt
	@echo "installing the locked dependencies (a minute or two the first time)"
	@$(PIP) --require-hashes -r $(LOCKS)/build.txt -r $(LOCKS)/runtime.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.runtime $(LOCKS)/test.txt
	@echo "installing the locked test tools"
	@$(PIP) --require-hashes -r $(LOCKS)/test.txt
	@touch $@
