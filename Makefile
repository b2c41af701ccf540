.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
WHOLE_FILES := --dist loadfile --no-loadscope-reorder
STAMP := $(VENV)/.installed
# Each process of the tests would compile every module and rewrite every assertion anew: six seconds of processor time.
unexport PYTHONDONTWRITEBYTECODE
ROOMS := build/rooms

help:  ## Print this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

$(STAMP): pyproject.toml setup.py infra/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 …" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --constraint infra/constraints.txt --progress-bar on --editable '.[dev,server,local,chem]'
	@touch $@

# The import name of each room is hypograph.ROOM. Setuptools maps it (setup.py); tools that read files follow these links.
$(ROOMS): setup.py
	rm -rf $@ && mkdir -p $@/hypograph
	ln -s $(CURDIR)/src/hypograph/__init__.py $(CURDIR)/src/hypograph/py.typed $@/hypograph/
	for room in models agents graph flows ui infra; do ln -s $(CURDIR)/$$room $@/hypograph/$$room; done
	@touch $@

install: $(STAMP)  ## Make .venv and install everything into it

demo: install  ## Install, then run the main job on the data that ships with the package
	$(BIN)/hypograph demo

test: install  ## Run the whole test suite (WORKERS=0: in one process)
	$(BIN)/python -m pytest -n $(WORKERS) $(WHOLE_FILES)

check: install  ## The quick tests: no server, browser, long or statistical test, fewer examples of each property
	$(BIN)/python -m pytest -n $(WORKERS) $(WHOLE_FILES) -q --hypothesis-profile quick \
	  -m "not server and not browser and not slow and not statistical"

lint: install $(ROOMS)  ## Style, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=$(ROOMS) $(BIN)/lint-imports

types: install $(ROOMS)  ## Static types; of the pages' scripts too where the TypeScript compiler is at hand
	$(BIN)/mypy
	@if command -v tsc >/dev/null; then tsc -p infra/tsconfig.json; else echo "tsc is not here: the pages' scripts are not checked"; fi

bench: install  ## Every benchmark in its smallest form (each whole, alone: python benchmarks/NAME.py)
	@failed=; for file in $$(grep -l 'from harness' benchmarks/*_*.py); do echo "== $$file"; \
	  PYTHONPATH=benchmarks $(BIN)/python $$file --quick || failed="$$failed $$file"; done; \
	  test -z "$$failed" || { echo "failed:$$failed" >&2; exit 1; }

docs: install $(ROOMS)  ## Build the book strictly and serve it on http://127.0.0.1:8000/
	$(BIN)/python -m mkdocs build --strict --quiet
	$(BIN)/python -m mkdocs serve

links:  ## Ask every outside link of the book whether it still leads somewhere (needs the network)
	$(BIN)/python infra/book/outside_links.py

gallery: install  ## Carry out the studies of the gallery and write their pages anew
	$(BIN)/python infra/book/gallery.py

wheel: install  ## Build the sdist, and the wheel from it
	$(BIN)/python -m build

audit: install  ## Known vulnerabilities of the locked environment
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/pip-audit --strict --requirement infra/constraints.txt --no-deps --disable-pip

sbom: install  ## Software bill of materials (CycloneDX)
	$(BIN)/python -m pip install --quiet cyclonedx-bom
	$(BIN)/cyclonedx-py environment $(BIN)/python --output-file sbom.json

clean:  ## Remove what can be made again (not .venv)
	rm -rf build dist *.egg-info src/*.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage htmlcov sbom.json

.PHONY: help install demo check test lint types bench docs links gallery wheel audit sbom clean
