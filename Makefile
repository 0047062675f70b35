# Nanhu (南湖). `make demo` sets everything up and runs the campus; `make test` sets everything up and passes.
.PHONY: demo run test test-dates lint bench manual setup setup-dev lock screenshots clean network-lab
.DEFAULT_GOAL := help
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE  # a campus is a dozen processes: each would compile 2,300 modules at every start

help:
	@echo "make demo        set up, fill a sample campus and run it (Ctrl-C stops all of it)"
	@echo "make test        set up and run every test       make lint    ruff, mypy, floors, unused names, translations, migrations"
	@echo "make test-dates  the tests with a date in them on awkward days (DAYS='august-31 holiday' for some)"
	@echo "make network-lab real gateways in namespaces before a campus that runs (root; ARGS=--walk walks by itself)"
	@echo "make bench       measure (ONLY=payments for one)  make manual  each row of the user manual and whether it holds"

setup:
	@sh scripts/setup run

setup-dev:
	@sh scripts/setup dev
	@sh scripts/install-test-tools
	@sh scripts/install-dlt

demo: setup
	@$(BIN)/nanhu demo

run: setup
	@$(BIN)/nanhu run

test: setup-dev
	@$(BIN)/python -m pytest -n 4 --dist loadgroup --hold-budgets $(ARGS)

test-dates: setup-dev
	@$(BIN)/python scripts/test_dates.py $(DAYS)

lint:
	@sh scripts/setup dev
	@sh scripts/lint

network-lab: setup-dev
	@PATH="$$PATH:/usr/sbin:/sbin" PYTHONPATH=. $(BIN)/python -m tests.interop.network_lab_run $(ARGS)

bench: setup-dev
	@$(BIN)/python -m bench $(ONLY)

manual: setup-dev
	@$(BIN)/python -m nanhu.testing.manual

screenshots: setup-dev
	@$(BIN)/python scripts/readme_pictures.py

lock:
	@sh scripts/lock

clean:
	rm -rf .venv .venv-dlt var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
