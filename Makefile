# Two commands do all the set-up: `make run` and `make test`. A second call needs no network.

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input install
UNDERSIGNED := $(VENV)/bin/undersigned
CODE := $(wildcard server sms tests bench)
# Two processes for each core, four at most: tests wait half of their time. Each has a PostgreSQL
# of its own and the tests of whole files, which share a server. WORKERS=0 runs all in one.
PYTEST := $(PY) -m pytest -n $(or $(WORKERS),$(shell echo $$((2 * $$(nproc))))) --maxprocesses 4 \
	--dist loadfile --no-loadscope-reorder
# The first that is new enough makes the virtual environment; `make run PYTHON=...` chooses.
PYTHONS := $(if $(PYTHON),'$(PYTHON)',python3 python3.13 python3.12 python3.11)

# Stamps carry the folder's checksum: a virtual environment holds absolute paths, so one that
# was copied or moved along with the checkout is made anew.
HERE := $(shell pwd | cksum | cut -d' ' -f1)
MADE := $(VENV)/.made-$(HERE)
RUN_READY := $(VENV)/.run-ready-$(HERE)
TEST_READY := $(VENV)/.test-ready-$(HERE)

# Python keeps what it compiles: without that each process of the tests compiles all their files
# anew, which takes half of the time until the first test.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run check test test-all quick lint bench soak messages pictures lock clean FORCE

help: ## list these commands
	@echo 'Undersigned. Commands:'
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(firstword $(MAKEFILE_LIST)) \
		| while IFS='|' read -r name what; do printf '  make %-9s %s\n' "$$name" "$$what"; done

# The shell, not make, fills in the defaults: values then need no quoting for make. Variables on
# make's command line are exported like those of the environment. `exec`, so that Ctrl-C and
# SIGTERM reach the server itself.
run: $(RUN_READY) ## install and start the demo: PORT=8000 HOST=127.0.0.1 DATA=./data
	@exec $(UNDERSIGNED) demo \
		--data "$${DATA:-./data}" --host "$${HOST:-127.0.0.1}" --port "$${PORT:-8000}"

check: $(RUN_READY) ## compare the counters with the rows: DATA=./data ARGS="--json"
	@exec $(UNDERSIGNED) --data "$${DATA:-./data}" check $(ARGS)

test: lint ## install what is missing and run the checks and tests: ARGS="-k sms", WORKERS=0
	@$(PY) -m tests.harness.needs
	$(PYTEST) -m 'not full' $(ARGS)

test-all: lint ## as test, with every variant of the long ones
	@$(PY) -m tests.harness.needs
	$(PYTEST) --hypothesis-profile all $(ARGS)

quick: lint ## as test, without the slow tests and without touching system packages
	$(PYTEST) -m 'not slow and not full' $(ARGS)

lint: $(TEST_READY) ## ruff and mypy alone
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(CODE)

bench: $(TEST_READY) ## measure the product: ARGS="--quick"
	$(PY) -m bench $(ARGS)

# For each five of SOAK: 5 kills of the whole server, 50 of the storage engine, one each of a worker with letters, news,
# answers and questions, 500 cuts of the power.
soak: $(TEST_READY) ## kill it, and cut its power, for half an hour and more: SOAK=1000
	SOAK="$${SOAK:-1000}" $(PY) -m pytest -s tests/faults/test_kills.py tests/faults/test_power_cuts.py tests/faults/test_letter_kills.py tests/faults/test_news_kills.py tests/faults/test_answer_kills.py tests/faults/test_question_kills.py $(ARGS)

messages: $(TEST_READY) ## gather the texts of the templates into every catalogue
	$(PY) -m babel.messages.frontend extract --sort-by-file --no-location \
		--project Undersigned --copyright-holder 'The Undersigned contributors' \
		-F pyproject.toml -o $(VENV)/messages.pot .
	@for catalogue in templates/locale/*.po; do \
		test -e "$$catalogue" || continue; \
		$(PY) -m babel.messages.frontend update --no-fuzzy-matching --ignore-pot-creation-date \
			-i $(VENV)/messages.pot -o "$$catalogue" -l "$$(basename "$$catalogue" .po)" || exit 1; \
	done

pictures: $(TEST_READY) ## take the documents' pictures of pages anew, in Chromium
	$(PY) -m tests.harness.web.pictures

# uv resolves for every Python and system at once; it stays out of what `make test` installs.
LOCK = $(VENV)/lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-emit-package undersigned --custom-compile-command 'make lock' \
	$(if $(UPGRADE),--upgrade)

lock: $(MADE) ## write the locks anew from pyproject.toml: UPGRADE=1 takes the newest versions
	$(PY) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip --disable-pip-version-check install --quiet 'uv>=0.9'
	$(LOCK) pyproject.toml --group build -o requirements.lock
	$(LOCK) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean: ## remove what was installed and built; your data stays
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# One environment for all. The product is installed from this folder without isolation: isolation
# would ask a registry for the builder, which the lock already brings.
$(RUN_READY): $(MADE) requirements.lock pyproject.toml
	@echo 'Installing what Undersigned needs to run ...'
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(TEST_READY): $(RUN_READY) requirements-dev.lock
	@echo 'Installing what its tests need ...'
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

ifneq ($(shell $(PY) -c 'print("alive")' 2>/dev/null),alive)
$(MADE): FORCE
endif
$(MADE):
	@for python in $(PYTHONS); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
			echo "$$python comes without the modules venv and ensurepip." >&2; \
			echo 'On Debian or Ubuntu: apt-get install python3-venv' >&2; exit 1; }; \
		echo "Making the virtual environment $(VENV) with $$("$$python" --version) ..."; \
		"$$python" -m venv --clear $(VENV) && touch $@; exit; \
	done; \
	echo 'Undersigned needs Python 3.11 or newer, and found none.' >&2; \
	echo 'Tried:' $(PYTHONS) >&2; \
	echo 'If yours has another name: make run PYTHON=/path/to/python3.12' >&2; exit 1
