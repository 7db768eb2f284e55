# Two commands for a fresh clone: `make demo` and `make test`. Both first make .venv, with uv
# where it is on the PATH, else with Python's own venv and pip. `make` alone lists the others.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test check bench storm pictures lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    hold a 48-hour journal club in about a minute, in the built-in room"
	@echo "make test    everything that a change must pass"
	@echo "make check   the fast part of it: ruff, mypy, import rules, dependencies"
	@echo "make bench   what things cost, as ratios to a floor measured in the same run"
	@echo "make storm   1,000 faults at random instants of 48-hour chats, on each database; 40 minutes"
	@echo "make pictures take README.md's pictures from a demonstration (needs Chromium)"
	@echo "make lock    pin what pyproject.toml asks for (needs uv; UPGRADE=--upgrade: the newest)"
	@echo "make clean   remove .venv and what the tools left behind"

demo: $(VENV)/.runs
	@$(BIN)/python -m bot demo

test: check
	@$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

check: $(VENV)/.develops
	@$(BIN)/python -m ruff check
	@$(BIN)/python -m ruff format --check
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m deptry .

bench: $(VENV)/.develops
	@$(BIN)/python -m bench

storm: $(VENV)/.develops
	@$(BIN)/python -m tests.storm $(STORM)
	@$(BIN)/python -m tests.storm --postgres $(STORM)

pictures: $(VENV)/.develops
	@$(BIN)/python -m docs.pictures.take

# ---- the virtual environment: a stamp stands for what was installed from a lock

$(VENV)/.runs: requirements.lock
	@$(call install,$<)
	@touch $@

$(VENV)/.develops: requirements-dev.lock
	@$(call install,$<)
	@touch $(VENV)/.runs $@

ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

define install
set -e; \
echo "Installing $(1) into $(VENV)."; \
if command -v uv >/dev/null 2>&1; then \
  $(BIN)/python -c '$(ENOUGH)' 2>/dev/null || uv venv --quiet --clear $(VENV); \
  uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1); \
  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
else \
  $(BIN)/python -m pip --version >/dev/null 2>&1 && $(BIN)/python -c '$(ENOUGH)' || { \
    $(PYTHON) -c '$(ENOUGH)' || { \
      echo "Rounds needs Python 3.11 or newer, and $(PYTHON) is none." \
        "Name another: make PYTHON=python3.12 ..." >&2; exit 1; }; \
    $(PYTHON) -m venv --clear $(VENV); }; \
  $(BIN)/python -m pip install --quiet --require-hashes -r $(1); \
  $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .; \
fi
endef

lock:
	@$(call pin,requirements-dev.lock,--group dev)
	@$(call pin,requirements.lock,--group build --constraints requirements-dev.lock)

define pin
uv pip compile pyproject.toml $(2) --quiet --universal --python-version 3.11 $(UPGRADE) \
  --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
  --custom-compile-command "make lock" --output-file $(1) >/dev/null
endef

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -f .coverage .coverage.*
