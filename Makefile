# Thin aliases of `npx nearmiss`, after the set-up that they need. `make` alone lists them.
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help
.PHONY: help setup install epoch train plan status final report test check bench clean again

nearmiss := node lib/cli/nearmiss.mjs
# Values reach the shell through its environment, so that spaces in a path stay where they are. SET is a list: no spaces in its values.
export RUN PRESET DATA WEIGHTS EPOCHS FROM
run := $(if $(RUN),--run "$$RUN")
configuration := $(run) $(if $(PRESET),--preset "$$PRESET") $(if $(FROM),--from "$$FROM") \
  $(if $(DATA),--set data.root="$${DATA/#~\//$$HOME/}") $(if $(WEIGHTS),--set model.weights="$${WEIGHTS/#~\//$$HOME/}") \
  $(foreach pair,$(SET),--set '$(pair)')
epochs := $(if $(EPOCHS),--epochs "$$EPOCHS")

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20
	@echo '  RUN=name PRESET=name DATA=folder WEIGHTS=file FROM=run@epoch SET="a.b=1 c=2" EPOCHS=n: what run, on what, how'

epoch: setup ## the next epoch of the run, after whatever it needs
	@$(nearmiss) epoch $(configuration)

train: setup ## all epochs up to EPOCHS (default: params.epochs of pipeline.yaml)
	@$(nearmiss) run $(configuration) $(epochs)

plan: setup ## what `make train` would compute, and why
	@$(nearmiss) plan $(configuration) $(epochs) || [ $$? = 3 ] # 3: there is work, which is no error here

status: setup ## all epochs so far and what is running now
	@$(nearmiss) status $(run)

final: setup ## measure the test images, by the epoch that validation chose
	@$(nearmiss) evaluate --split test $(run)

report: setup ## one HTML page of the run: numbers, curves, pictures, provenance (RUN="a b" compares runs)
	@$(nearmiss) report $$RUN

test: check ## everything that is checked before a commit: format, types, imports, dead code, tests
	@npm run --silent test

check: setup ## format, types, imports, dead code
	@npm run --silent check

bench: setup ## speed and memory beside PyTorch and faiss (bench/peers)
	@node --import tsx bench/bench.ts

clean: ## remove what the set-up made here; runs and the cache folder stay
	rm -rf node_modules data/emoji

# --- Set-up. Everything below decides by file times and sizes, without starting Node, and takes milliseconds when all is done.

packages := node_modules/.package-lock.json
staged := node_modules/.nearmiss-setup.sizes
pictures := data/emoji/LICENCES.txt

# cpu or gpu; once chosen it stays (the link to the library is remembered even when npm ci is about to remove it).
linked := $(word 2,$(subst -, ,$(lastword $(subst /, ,$(shell readlink node_modules/@tensorflow/tfjs-node-gpu/deps)))))
TENSORFLOW ?= $(or $(linked),cpu)
export TENSORFLOW

# A library or addon that vanished or was cut short since is made again; so is everything with FORCE=1.
intact := $(shell stat -L -c '%s %n' $$(cut -d' ' -f2 $(staged) 2>/dev/null) 2>/dev/null | cmp -s - $(staged) 2>/dev/null && echo intact)
again := $(if $(and $(intact),$(filter $(TENSORFLOW),$(linked))),$(if $(FORCE),again),again)

# A lock on this file keeps two set-ups of one clone apart; the second finds everything done.
setup: ## install and build what is missing (FORCE=1: check and build all; TENSORFLOW=gpu: for CUDA)
	@for tool in node npm flock; do command -v $$tool >/dev/null || { echo "$$tool is missing: install it first (docs/install.md)" >&2; exit 1; }; done
	@flock --nonblock Makefile true || echo 'another set-up is running in this folder: waiting for it' >&2
	@flock Makefile $(MAKE) install

install: $(staged) $(pictures)
	@:

$(packages): package-lock.json
	npm ci --ignore-scripts

$(staged): $(packages) $(filter-out setup/demo-data.ts,$(wildcard setup/*.ts)) $(again)
	@node --import tsx setup/setup.ts

$(pictures): setup/demo-data.ts $(wildcard setup/emoji/*.ts) package.json | $(staged)
	@node --import tsx setup/demo-data.ts
