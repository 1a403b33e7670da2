# Every target sets up what it needs in .venv, and again when setup.cfg changes.

PYTHON ?= python3
VENV   ?= .venv
RUN    := $(VENV)/bin/python -m

help:            ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

demo: $(VENV)/installed       ## record, check, draw and train a small network: under a minute
	$(VENV)/bin/microbp demo

test: $(VENV)/installed-test  ## the tests; those that need dot or the real data say so and are skipped
	$(RUN) pytest

lint: $(VENV)/installed-dev   ## ruff, mypy, and the floors of the imports
	$(VENV)/bin/ruff check
	$(RUN) mypy
	$(VENV)/bin/lint-imports

# Not `ruff format`: the tables and formulas are aligned by hand, to look like the page they come from.
format: $(VENV)/installed-dev ## sort imports, and mend what ruff can
	$(VENV)/bin/ruff check --fix

# Trusted, so that the pages to explore that are stored in them are alive before they are run again.
# LAB="--no-browser --port 9000" for options of JupyterLab.
notebooks: $(VENV)/installed-notebooks ## the lessons, in JupyterLab
	$(VENV)/bin/jupyter trust notebooks/*.ipynb
	$(RUN) jupyterlab notebooks $(LAB)

test-notebooks: $(VENV)/installed-runs ## each lesson from top to bottom, in a fresh kernel; nothing is written back
	$(RUN) pytest -o addopts= -p no:cacheprovider -n 2 --nbmake --nbmake-kernel=python3 --nbmake-timeout=300 notebooks

# NOTEBOOKS="notebooks/01-….ipynb" for some of them.
notebooks-run: $(VENV)/installed-runs ## run the lessons, and store what they show in them
	$(VENV)/bin/python notebooks/remake.py $(NOTEBOOKS)

docs: $(VENV)/installed-docs  ## the documentation as a site, in build/docs; warnings are errors
	$(RUN) sphinx -E -q -n -W --keep-going docs build/docs
	@echo 'build/docs/index.html'

test-lowest:     ## the tests with the lowest versions that setup.cfg promises (PYTHON=python3.10 or 3.11)
	$(MAKE) VENV=$(VENV)-lowest $(VENV)-lowest/installed-test
	$(VENV)-lowest/bin/python -m pip install --quiet \
	    $$(sed -n '/^install_requires/,/^notebooks/s/^ *\([a-z-]*\) >= \([0-9.]*\)$$/\1==\2/p' setup.cfg)
	$(VENV)-lowest/bin/python -m pytest

clean:           ## away with .venv, caches and builds
	rm -rf $(VENV) $(VENV)-lowest build dist docs/lessons *.egg-info
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find microbp tests docs notebooks -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2> /dev/null || { \
	    echo 'microbp needs Python 3.10 or newer, and $(PYTHON) is not:' \
	         'name another one, as in `make PYTHON=python3.12 test`.'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { \
	    echo '$(PYTHON) comes without its venv module: install it' \
	         '(on Debian and Ubuntu: apt-get install python3-venv).'; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@# Or the package.json beside it would have Node take JupyterLab's scripts for modules.
	@echo '{}' > $(VENV)/package.json
	@touch $@

$(VENV)/installed: $(VENV)/created setup.cfg pyproject.toml
	$(RUN) pip install --quiet -e .
	@touch $@

$(VENV)/installed-%: $(VENV)/created setup.cfg pyproject.toml
	$(RUN) pip install --quiet -e ".[$*]"
	@touch $@

.PHONY: help demo test lint format notebooks test-notebooks notebooks-run docs test-lowest clean
