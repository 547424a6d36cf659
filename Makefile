# Names of what can be done. The work is in pipeline/; this file only builds .venv and calls it.

STUDY    ?= slv_2018
DATA     ?= $(if $(wildcard ../shared/data),../shared/data,data)
BUILD    ?= build
LANGUAGE ?=
JSON     ?=
NAME     ?=
FINAL    ?=
INSTITUTION ?=
PERSON   ?=
STUDIES  ?=
AT       ?=
PART     ?=
TOTALS   ?=
INDICATOR ?=
DOMAIN   ?=
CONFIRM  ?=
KEYFILE  ?=

VENV     := .venv
PYTHON   := $(VENV)/bin/python
RUN      := $(PYTHON) -m pipeline
SPANISH   = $(filter es%,$(firstword $(LANGUAGE) $(LC_ALL) $(LC_MESSAGES) $(LANG)))
LANGUAGES = $(if $(LANGUAGE),--language "$(LANGUAGE)") $(if $(filter yes,$(JSON)),--json)
WHERE     = --study "$(STUDY)" --data "$(DATA)" --build "$(BUILD)" $(LANGUAGES)
# Files with microdata are sealed with this key when there is one; the program reads its place from here.
ifneq ($(KEYFILE),)
export CARACTERIZA_KEYFILE := $(KEYFILE)
endif
STAGES   := plan ingest weight estimate report validate disseminate editions

.DEFAULT_GOAL := help
.PHONY: help study $(STAGES) attack factsheets public-use sign import-proof harmonized studies doctor completion explain verify retire key sbom list new-study dictionary totals-template totals-check totals merge-totals check test lint certify fuzz bench bench-scale lock clean environment environment-dev environment-bench environment-spark

help: ## what can be done
ifeq ($(SPANISH),)
	@echo "Caracteriza: make <target> [STUDY=name or folder] [DATA=folder] [BUILD=folder] [LANGUAGE=es|en] [JSON=yes]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-17s  %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo "  example            make study STUDY=bol_2019 DATA=../shared/data"
else
	@cat pipeline/answers/help_es.txt
endif

study: environment ## everything for one study: plan, ingest, weight, estimate, report, validate, disseminate
	@$(RUN) study $(WHERE)

plan: environment ## working group, design roles and planned domains
	@$(RUN) plan $(WHERE)

ingest: environment ## source files to checked microdata, with a finding for everything odd
	@$(RUN) ingest $(WHERE)

weight: environment ## the weights and what happened to them
	@$(RUN) weight $(WHERE)

estimate: environment ## estimates with their precision and publication status
	@$(RUN) estimate $(WHERE)

report: environment ## the report as PDF and as a page, in Spanish and English
	@$(RUN) report $(WHERE)

editions: environment ## a folder for each audience of the study: its formats, a letter, checksums, a catalogue record
	@$(RUN) editions $(WHERE)

factsheets: environment ## a sheet for each place or group that the study names under report: factsheets:
	@$(RUN) factsheets $(WHERE)

public-use: environment ## microdata that may be given away, where the study permits it: files, DDI and protection report
	@$(RUN) public-use $(WHERE)

validate: environment ## comparison with published figures and with a second engine
	@$(RUN) validate $(WHERE)

disseminate: environment ## tables for the census office; the signed edition, without the mark of a draft: FINAL=yes
	@$(RUN) disseminate $(WHERE) $(if $(filter yes,$(FINAL)),--final)

sign: environment ## who has signed the validated release, and one signature more: [INSTITUTION=name PERSON=name]
	@$(RUN) sign $(WHERE) --institution "$(INSTITUTION)" --person "$(PERSON)"

attack: environment ## attack the finished files of a release and of its report: [EARLIER=folder of an earlier release]
	@$(RUN) attack $(WHERE) $(if $(EARLIER),--earlier "$(EARLIER)")

import-proof: environment ## an edition in an empty PostgreSQL, through its SDMX and CSVW alone, checked and asked: [EDITION=name] [ENGINE=duckdb]
	@$(RUN) import-proof $(WHERE) $(if $(EDITION),--edition "$(EDITION)") $(if $(ENGINE),--engine "$(ENGINE)")

harmonized: environment ## studies of several countries side by side, published and estimated: [STUDIES="slv_2018 hnd_2018"]
	@$(RUN) harmonized --studies "$(STUDIES)" --data "$(DATA)" --build "$(BUILD)" $(LANGUAGES)

doctor: ## what is missing on this machine and how to get it; the package index too: ONLINE=yes
	@sh pipeline/doctor/doctor.sh --data "$(DATA)" --build "$(BUILD)" $(LANGUAGES) $(if $(filter yes,$(ONLINE)),--online)

completion: environment ## completion of make for bash, zsh and fish: targets, variables, names of studies
	@$(RUN) completion --build "$(BUILD)" $(LANGUAGES)

studies: environment ## many studies beside one another, then one table: [STUDIES="a b" or a folder of them] [JOBS=2] [UNTIL=disseminate]
	@$(RUN) studies --studies "$(STUDIES)" $(if $(JOBS),--jobs "$(JOBS)") $(if $(UNTIL),--until "$(UNTIL)") --data "$(DATA)" --build "$(BUILD)" $(LANGUAGES)

explain: environment ## where a published figure comes from: INDICATOR=name [DOMAIN="department=SV-SS,sex=F"]
	@$(RUN) explain $(WHERE) --indicator "$(INDICATOR)" --domain "$(DOMAIN)"

verify: environment ## whether everything a study left is what it was: stages, log of runs, releases, checksums
	@$(RUN) verify $(WHERE)

retire: environment ## delete the microdata of a finished study and keep the proof: CONFIRM=name of the study
	@$(RUN) retire $(WHERE) --confirm "$(CONFIRM)"

key: environment ## a key that seals files with microdata; any target then takes it: KEYFILE=path
	@$(RUN) key --build "$(BUILD)" $(LANGUAGES)

sbom: environment ## the software bill of materials (CycloneDX)
	@$(RUN) sbom --build "$(BUILD)" $(LANGUAGES)

list: environment ## the studies and the state each is in
	@$(RUN) list --data "$(DATA)" --build "$(BUILD)" $(LANGUAGES)

new-study: environment ## a commented study folder to fill in: NAME=my_survey [AT=folder]
	@$(RUN) new-study --name "$(NAME)" $(if $(AT),--at "$(AT)") $(LANGUAGES)

totals-template: environment ## an empty population_totals.csv for the margins that the study calibrates to
	@$(RUN) totals-template $(WHERE)

totals-check: environment ## whether the known totals agree with one another, before anything is calibrated
	@$(RUN) totals-check $(WHERE)

totals: environment ## exact sums by PSU and cell, in place of rows: one part of the data, [PART=north]; not for publication
	@$(RUN) totals $(WHERE) $(if $(PART),--part "$(PART)")

merge-totals: environment ## parts added up, and the estimates of the whole: TOTALS="folder folder"
	@$(RUN) merge-totals --totals "$(TOTALS)" --build "$(BUILD)" $(LANGUAGES)

dictionary: environment ## a readable codebook of the data dictionary
	@$(RUN) dictionary --build "$(BUILD)" $(if $(findstring command,$(origin STUDY)),--study "$(STUDY)") $(LANGUAGES)

check: environment-dev ## lint, types, import contracts and tests
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache
	@$(PYTHON) -m pytest

test: environment-dev ## every test but the slow ones, which `certify` runs
	@$(PYTHON) -m pytest

lint: environment-dev ## lint, types and import contracts only
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache

certify: environment-dev ## the evidence behind every number, as a page and as JSON, then the slow tests
	@$(PYTHON) -m pipeline.certify --build "$(BUILD)"
	@$(PYTHON) -m pytest -m slow || [ $$? -eq 5 ]

fuzz: environment ## damaged and hostile files, by the thousand: no crash, no hang, no silent change [MUTATIONS=15400] [SEED=1] [FORMATS=sav,csv]
	@$(PYTHON) -m pipeline.fuzzing --build "$(BUILD)" --data "$(DATA)" $(LANGUAGES) $(if $(MUTATIONS),--mutations $(MUTATIONS)) $(if $(SEED),--seed $(SEED)) $(if $(FORMATS),--formats $(FORMATS))

bench: environment-bench ## this engine beside svy, samplics, balance and R [SIZES=20000,200000] [TASKS=T4] [ENGINES=caracteriza,svy]
	@$(PYTHON) -m benchmarks --folder "$(BUILD)/bench" $(if $(SIZES),--sizes $(SIZES)) $(if $(TASKS),--tasks $(TASKS)) $(if $(ENGINES),--engines $(ENGINES))

bench-scale: environment ## the scan up to a thousand million rows, beside reading once [SIZES=2000000,20000000] [CARRIERS=streamed,duckdb]
	@$(PYTHON) -m benchmarks.scale --folder "$(BUILD)/bench-scale" $(if $(SIZES),--sizes $(SIZES)) $(if $(CARRIERS),--carriers $(CARRIERS))

lock: ## new exact versions in the lock files, from pyproject.toml (needs a package index)
	@sh pipeline/environment.sh lock

clean: ## remove what was built; sources and .venv stay
	@if [ ! -e "$(BUILD)" ]; then exit 0; \
	elif [ -f "$(BUILD)/CACHEDIR.TAG" ]; then rm -rf -- "$(BUILD)"; echo "$(if $(SPANISH),se eliminó,removed) $(BUILD)"; \
	else echo "$(BUILD) $(if $(SPANISH),no lo hizo este programa; nada se eliminó,was not made by this program; nothing removed)" >&2; exit 2; fi

environment:
	@sh pipeline/environment.sh run

environment-dev:
	@sh pipeline/environment.sh dev

environment-spark:
	@sh pipeline/environment.sh spark

environment-bench:
	@sh pipeline/environment.sh bench
