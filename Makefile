# The commands of this house. `make demo` and `make test` need nothing but cargo, node and python3.

export PATH := $(CURDIR)/.cache/tools/bin:$(PATH)

.PHONY: help setup demo test quick proof contract fuzz bench dist dist-check image web fmt lint clean

help: ## What there is
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-17s %s\n", $$1, $$2}'

setup: ## Install what is missing
	@scripts/setup --tests

demo: ## Build, and show Nightjar with four simulated cameras
	@scripts/demo

test: ## Everything that must hold, against real servers (some 25 minutes the first time)
	@scripts/test

quick: ## Formatting, lints and the tests of one crate: make quick crate=format
	@cargo fmt --check -p nightjar-$(crate)
	@cargo clippy --quiet -p nightjar-$(crate) --all-targets -- -D warnings
	@scripts/with-services cargo nextest run -p nightjar-$(crate)

proof: ## The long proofs: eight real cameras for five minutes, a bucket gone for two
	@scripts/setup --tests
	@scripts/lib/web build
	@NIGHTJAR_PROOF_SECONDS=300 NIGHTJAR_PROOF_OUTAGE=120 scripts/with-services \
	  cargo nextest run --workspace -E 'binary(it) and test(/^(real_cameras|bucket)::/)'

contract: ## Does the server do what its OpenAPI document says? schemathesis asks it for ten minutes
	@scripts/setup
	@scripts/contract

fuzz: ## Every parser of outside bytes, fuzzed for 15 minutes each
	@scripts/setup --tests
	@scripts/fuzz

dist: ## A tarball and a Debian package of the release build, in target/dist
	@scripts/setup
	@scripts/dist

dist-check: dist ## Both in a fresh Debian (root only): installed, started, removed with the footage left
	@scripts/dist-check

image: ## The container image by buildah, from a base of its own (root only); started, asked for its health
	@scripts/setup
	@scripts/image

bench: ## What a camera and a request cost, against ffmpeg and floors; writes bench/results
	@scripts/setup
	@scripts/lib/web build
	@bench/run.py
	@bench/api.sh

web: ## Build the page
	@scripts/lib/web build

fmt: ## Format everything
	@cargo fmt --all

lint: ## Formatting and lints
	@cargo fmt --all --check
	@cargo clippy --workspace --all-targets -- -D warnings

clean: ## Remove what was built; footage and downloads stay
	@cargo clean
	@rm -rf web/dist
