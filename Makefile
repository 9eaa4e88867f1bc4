# sahelstats: `make` gives every figure and report, `make test` runs the tests. `make help` lists the rest.

MAKEFLAGS += --no-builtin-rules
export DATA
SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

ifeq ($(filter grouped-target,$(.FEATURES)),)
$(error GNU make 4.3 or newer is needed, this is $(MAKE_VERSION). On macOS: `brew install make`, then `gmake`)
endif

# As many notebooks at once as there are cores, unless the command line says how many. When make
# starts over with new rules it forgets what was set here, but not what the command line said.
ifeq ($(filter -j% --jobs%,$(if $(MAKE_RESTARTS),,$(MAKEFLAGS))),)
MAKEFLAGS += --jobs=$(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
endif

# ---- environment -------------------------------------------------------------------------------
# Without PYTHON the project keeps an environment of its own in .venv. `make PYTHON=python` uses the
# interpreter that is there, in conda for instance (environment.yml).

ifdef PYTHON
PY := $(PYTHON)
ANY_PYTHON := $(PYTHON)
ENVIRONMENT := build/installed
else
PY := .venv/bin/python
ANY_PYTHON := $(or $(firstword $(wildcard .venv/bin/python)),python3)
ENVIRONMENT := .venv/installed
endif

# Compiled modules are kept: without them every start of Python costs seconds.
unexport PYTHONDONTWRITEBYTECODE
SAHELSTATS := $(PY) -m sahelstats.cli

# ---- what depends on what ----------------------------------------------------------------------
# Prerequisites are the copies in build/inputs, which change only when a content changes (see
# src/sahelstats/rerun/inputs.py). The facts are written anew before every run that may need them.

NEEDS_NOTHING := help clean environment lab lock serve verify
ifneq ($(filter-out $(NEEDS_NOTHING),$(or $(MAKECMDGOALS),all)),)
include build/rules.mk
endif

build/rules.mk: FORCE
	@$(ANY_PYTHON) -I src/sahelstats/rerun/inputs.py

INPUTS := build/inputs
PACKAGE := $(INPUTS)/src/sahelstats
CURATED := $(patsubst %,$(INPUTS)/data/curated/%.csv,incidents claims sources actors places dropped_claims)
DATA_CODE := $(filter $(PACKAGE)/tables/% $(PACKAGE)/validation/% $(PACKAGE)/reports.py $(PACKAGE)/ranges.py,$(PACKAGE_FILES))
REPORT_CODE := $(filter $(PACKAGE)/report/%,$(PACKAGE_FILES))
NOTEBOOK_COPIES := $(STEMS:%=$(INPUTS)/notebooks/%.ipynb)
PAGES := $(STEMS:%=reports/%.html)
RECORDS := $(STEMS:%=build/record/%.json)

# ---- targets -----------------------------------------------------------------------------------

.PHONY: all data imported documents figures reports pdf serve test check verify lab lock bench clean help environment FORCE

all: figures reports  ## every figure and report (the default)
	@echo "Figures: figures/   Report: reports/index.html"

data: data/incidents.csv data/datapackage.json  ## the tidy table, from data/curated

imported: data | $(ENVIRONMENT)  ## every notebook on another table: make imported DATA=data/imported/NAME.csv
	@$(SAHELSTATS) rerun --imported "$$DATA"

documents: build/documents  ## the generated parts of README.md and data/README.md

figures: figures/manifest.json  ## every figure, by running the notebooks that are out of date

reports: reports/index.html reports/explorer.html $(PAGES)  ## the HTML pages

pdf: reports  ## the pages as PDF, printed by a browser that is installed
	@$(SAHELSTATS) pdf

# Runs make itself whenever a file changed.
serve: $(ENVIRONMENT)  ## show the pages, rebuilt while you edit
	@$(SAHELSTATS) serve

# A file at a time: the tests of a file share what takes long to set up.
test: $(ENVIRONMENT)  ## run the tests
	@$(PY) -m pytest -n auto --dist loadfile $(TESTS)

check: $(ENVIRONMENT)  ## lint, format and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

verify: $(ENVIRONMENT)  ## rerun aside and say what differs from the committed figures
	@$(SAHELSTATS) verify

lab: $(ENVIRONMENT)  ## open the notebooks in JupyterLab
	$(PY) -m jupyterlab notebooks

lock: $(ENVIRONMENT)  ## bring requirements.lock up to date with pyproject.toml
	$(PY) -m uv pip compile --universal --generate-hashes --fork-strategy fewest --python-version 3.11 \
	  --all-extras --no-header --no-annotate --upgrade pyproject.toml -o requirements.lock

bench: $(ENVIRONMENT)  ## measure speed against the alternatives
	@set -e; for file in benchmarks/*.py; do $(PY) $$file; done

clean:  ## remove everything make made, but keep the environment and the committed figures
	rm -rf build reports

help:  ## list these targets
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

environment: $(ENVIRONMENT)  ## create or update the environment only

# ---- rules -------------------------------------------------------------------------------------

# One make at a time sets the environment up; one that has waited looks whether all is done.
define SET_UP
set -e
if test -n "$$WAITED" && test -e .venv/installed && \
  test -z "`find requirements.lock pyproject.toml -newer .venv/installed`"; then exit; fi
echo "Setting up .venv (once; about a minute)"
.venv/bin/python -m pip --version >/dev/null 2>&1 || python3 -m venv .venv
sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
.venv/bin/python -m uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
.venv/bin/python -m uv pip install --quiet --no-deps --no-build-isolation --editable .
touch .venv/installed
endef
ALONE := -I src/sahelstats/rerun/alone.py build/environment.lock

.venv/installed: export STEPS := $(SET_UP)
.venv/installed: requirements.lock pyproject.toml
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; python3 here is $$(python3 --version 2>&1)."; \
	    echo "Install it, or name it: make PYTHON=/path/to/an/environment/bin/python"; exit 1; }
	@python3 $(ALONE) "sets up .venv" sh -c "$$STEPS"

build/installed: pyproject.toml
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PY) is $$($(PY) --version 2>&1)."; exit 1; }
	@$(PY) $(ALONE) "installs the package" \
	  $(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

data/incidents.csv data/datapackage.json &: $(CURATED) $(DATA_CODE) | $(ENVIRONMENT)
	@$(SAHELSTATS) build-data

# Copied only when the content changed: a rebuilt table that is the same reruns nothing.
BUILT := $(INPUTS)/data/incidents.csv $(INPUTS)/data/datapackage.json
$(BUILT): $(INPUTS)/data/%: data/%
	@cmp -s $< $@ || { mkdir -p $(@D) && cp $< $@.$$$$.part && mv $@.$$$$.part $@; }

build/documents: $(INPUTS)/notebooks $(NOTEBOOK_COPIES) $(BUILT) $(CURATED) $(REPORT_CODE) | $(ENVIRONMENT)
	@$(SAHELSTATS) documents && touch $@

removed-input: FORCE

# Everything is written whole or not at all, so nothing that is in place is ever half written: a run
# that fails must leave it there.
.PRECIOUS: data/incidents.csv data/datapackage.json figures/manifest.json reports/index.html reports/explorer.html $(PAGES) \
  $(RECORDS) $(foreach stem,$(STEMS),$($(stem).figures) build/values/$(stem).json build/executed/$(stem).ipynb)

# Where all is asked for, one process goes ahead and does what is out of date: a process for each
# notebook would pay the imports of each. It leaves the exit codes in a folder of this make's own,
# and the rule of a notebook takes over what it finds there. So a rule alone says what depends on
# what, and a notebook that fails stops nothing but its own page.
BATCH := $(if $(filter all figures reports,$(or $(MAKECMDGOALS),all)),batch)
WITH_PAGES := $(if $(filter all reports,$(or $(MAKECMDGOALS),all)),--pages)
VERDICTS = build/batch/$$$$PPID
taken = $(if $(BATCH),test ! -e $(VERDICTS)/$(1) || exit `cat $(VERDICTS)/$(1)`;)

.PHONY: batch
batch: $(BUILT) | $(ENVIRONMENT)
	@$(PY) -I src/sahelstats/rerun/inputs.py --nothing-stale || \
	  $(SAHELSTATS) batch build/batch/$$PPID $(WITH_PAGES) $(filter-out -j,$(filter -j%,$(MAKEFLAGS)))

define NOTEBOOK
$($(1).figures) build/values/$(1).json build/executed/$(1).ipynb build/record/$(1).json &: $($(1).inputs) | $(ENVIRONMENT) $(BATCH)
	@$(call taken,$(1)) $(SAHELSTATS) rerun $(1)

reports/$(1).html: build/record/$(1).json build/executed/$(1).ipynb $(REPORT_CODE) | $(ENVIRONMENT) $(BATCH)
	@$(call taken,$(1).html) $(SAHELSTATS) report $(1)
endef
$(foreach stem,$(STEMS),$(eval $(call NOTEBOOK,$(stem))))

# The folder of the copies is new when a notebook was added or removed.
figures/manifest.json: $(INPUTS)/notebooks $(RECORDS) $(foreach stem,$(STEMS),$($(stem).figures)) | $(ENVIRONMENT)
	@$(SAHELSTATS) manifest

# The folder of the variants is new when there is one more.
reports/index.html: $(INPUTS)/notebooks $(RECORDS) figures/manifest.json $(REPORT_CODE) $(wildcard build/variants data/imported) | $(ENVIRONMENT)
	@$(SAHELSTATS) report --index

reports/explorer.html: $(CURATED) $(BUILT) $(REPORT_CODE) | $(ENVIRONMENT)
	@$(SAHELSTATS) report --explorer
