# The same commands on every machine. `make site` and `make test` are all that a newcomer needs.

PYTHON ?= python3
BIN := .venv/bin
FRAME := pyproject.toml hatch_build.py package.json package-lock.json
# libatomic1: the browsers' driver (Playwright's own Node) links to it, and a bare Debian has none.
TEST_PACKAGES := chromium chromium-headless-shell firefox-esr fonts-noto-cjk libavcodec-extra libatomic1
TORTURE_PACKAGES := strace e2fsprogs xfsprogs disorderfs fuse util-linux
JOBS ?= 2
LONGER := AFTERCAST_SEEDS=20 AFTERCAST_SCRIPTS=200 AFTERCAST_KILLS=1000 AFTERCAST_FAULT_POINTS=0 AFTERCAST_FLIPS=1000 \
  AFTERCAST_MUTATIONS=1000000
LONG_RUNS := tests/faults tests/build/test_stateful.py tests/provider/test_end_to_end.py tests/collect/test_mutations.py

.DEFAULT_GOAL := help
.PHONY: help site media test check fix golden bench torture audit shots clean

help:
	@echo "make site     build the demo site into output/"
	@echo "make test     install what the tests need, then run lint, types and all tests"
	@echo "make check    lint, format and types only       make fix      repair lint and format"
	@echo "make golden   rewrite what tests compare with: the demo's records, a few pages"
	@echo "make bench    measure speed and memory          make torture  the long fault tests"
	@echo "make audit    weigh and check the pages         make shots    take pictures of the pages"
	@echo "make clean    remove what was built, and .venv"

# --- environments: one .venv, filled for the demo first and for the tests when they are wanted ---

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "expected Python 3.11 or newer, found $$($(PYTHON) --version 2>&1)" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || .ci/packages python3-venv
	$(PYTHON) -m venv .venv

.venv/.demo: $(FRAME) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo]'
	@touch $@

.venv/.test: $(FRAME) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo,test,tencent]'
	@touch $@ .venv/.demo

.venv/.tools: tests/browser/tools.py $(wildcard tests/browser/tools/vnu/*) | .venv/.test
	$(BIN)/python -m tests.browser.tools vnu
	@touch $@

# --- the demo ---

media: .venv/.demo
	@echo "writing the demo's media (once; real H.264 and AAC with a clock in the picture)"
	@$(BIN)/python -m builder.demo media

site: media
	$(BIN)/aftercast build
	@echo
	@echo "Lines about recordings/callbacks/ are meant: the demo has a few bad records, as real logs have."
	@echo "The demo site is in output/. To look at it: $(BIN)/aftercast serve"
	@echo "then open the address that it prints. It builds again whenever site_src/ changes."

# --- checks and tests ---

check: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: .venv/.test .venv/.tools
	@.ci/packages $(TEST_PACKAGES)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses $(JOBS) -m 'not torture'

fix: .venv/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: .venv/.test
	$(BIN)/python -m builder.demo records
	AFTERCAST_GOLDEN=rewrite $(BIN)/pytest --quiet tests/golden/test_golden.py

torture: .venv/.test .venv/.tools
	@.ci/packages $(TEST_PACKAGES)
	-@.ci/packages $(TORTURE_PACKAGES)
	@echo "this takes hours; what the machine cannot do is listed at the end of each of the two runs"
	@status=0; \
	$(BIN)/pytest -m torture || status=1; \
	$(LONGER) $(BIN)/pytest -m 'not torture' $(LONG_RUNS) || status=1; \
	exit $$status

bench: .venv/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python -m benchmarks

audit: site .venv/.test .venv/.tools
	@.ci/packages $(TEST_PACKAGES)
	$(BIN)/python -m tests.audit

shots: site .venv/.test
	@.ci/packages $(TEST_PACKAGES)
	$(BIN)/python -m tests.shots

clean:
	rm -rf .venv .aftercast build dist shots .mypy_cache .pytest_cache .ruff_cache .hypothesis
	rm -rf builder/_vendor builder/_theme site_src/static/media *.egg-info
	find output -mindepth 1 -not -name .gitignore -delete
	find . -name __pycache__ -prune -exec rm -rf {} +
