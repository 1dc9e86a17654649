# Every target sets up what it needs: a fresh machine wants Python 3.11 or newer, and nothing else.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

SCORING := automatic_replies breakdown comparison demand edges explain golden_figures group laws \
	metrics notes open_hours order presets reference_scorer responses spark topics \
	unanswered uncertainty units waiting_times

.PHONY: demo demo-collect demo-weeks demo-site test test-slow test-spark fuzz lint lock docs bench clean

demo: .venv/user  ## rank the shipped data
	$(BIN)/socialscore demo

demo-collect: .venv/dev  ## collect the same bodies from X and Facebook as this machine plays them, and compare
	$(BIN)/python tests/demo_collect.py

demo-weeks: .venv/dev  ## publish eight weeks of the same bodies, verify them, and tamper with copies
	$(BIN)/python tests/demo_weeks.py

demo-site: .venv/dev  ## build the site of these eight weeks, and show it in a browser
	$(BIN)/python tests/demo_site.py

test: .venv/dev  ## run the tests that are quick, on all cores
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --dist worksteal

test-slow: .venv/dev  ## run the others: Spark, many processes, kills, the wheel, sessions of the pages
	$(BIN)/python -m pytest -m slow --numprocesses auto --dist loadgroup

fuzz: .venv/dev  ## break files at random, a million rows of them, and import them
	$(BIN)/python tests/fuzzing.py $(or $(ROWS),1000000) --seed $(or $(SEED),1)

test-spark: .venv/dev  ## run all scoring tests on Spark; `make test-slow` runs some of them on both engines
	SOCIALSCORE_TEST_ENGINE=spark SOCIALSCORE_STATEMENTS=1 $(BIN)/python -m pytest --numprocesses auto \
		$(SCORING:%=tests/test_%.py)

lint: .venv/dev  ## check style, types and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar socialscore

docs: .venv/dev  ## build the documentation as a site, in build/docs
	NO_MKDOCS_2_WARNING=true $(BIN)/mkdocs build --quiet

bench: .venv/dev  ## measure, side by side, on an idle machine
	$(BIN)/python -m bench

lock: .venv/dev  ## renew the versions that `make` installs
	$(BIN)/uv pip compile --quiet --all-extras --universal --python-version 3.11 --upgrade \
		--no-header --no-annotate pyproject.toml --output-file requirements.lock

clean:  ## remove what the targets above made
	rm -rf .venv build .mypy_cache .pytest_cache .ruff_cache .hypothesis dist bench/data

.venv/user: pyproject.toml requirements.lock
	$(PYTHON) -m venv .venv
	$(PIP) install --constraint requirements.lock --editable .
	@touch $@

.venv/dev: pyproject.toml requirements.lock
	$(PYTHON) -m venv .venv
	$(PIP) install --constraint requirements.lock --editable '.[dev,s3,spark,charts,topics]'
	@touch $@
