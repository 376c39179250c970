# make run      start a server on 127.0.0.1:8000
# make test     all checks and tests (fetches what they need)
# make check    formatting, lint, types, generated files
# make format   put the formatting right
# make soak     the long tests
# make fuzz     a million mangled inputs for the decoders (installs atheris)
# make bench    measure: tables, and the same as JSON in .figures/; see tests/bench/
# make conformance   test the server against the protocol's rules, and write the report anew
# make screenshots   take the README's pictures anew
# make lock     choose newer versions of the dependencies (needs uv)

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
FIGURES := .figures
# No dependency of the project's: it has wheels for few platforms, and pip of Debian 12 knows no groups.
ATHERIS := atheris>=3

.PHONY: run test soak fuzz check types style format bench conformance screenshots tools lock clean

run: $(READY)
	@$(BIN)/estragon serve

test: $(READY)
	@$(MAKE) --no-print-directory --jobs 2 check tools
	$(BIN)/python -m pytest -m "not alone" --numprocesses 3 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -m alone

soak: tools
	ESTRAGON_SOAK=1 $(BIN)/python -m pytest tests/test_durability.py tests/test_history_model.py tests/test_openapi.py tests/test_cheats.py tests/test_panel_churn.py tests/test_prediction.py tests/test_garbage.py tests/test_interest.py tests/test_godot_feel.py

fuzz: $(READY)
	$(BIN)/python -m pip --quiet --disable-pip-version-check install "$(ATHERIS)"
	$(BIN)/python -m tests.fuzz -runs=1000000

check: types style

types: $(READY)
	$(BIN)/mypy
	$(BIN)/mypy godot_client/art/draw/*.py
	$(BIN)/mypy godot_client/sound/make/*.py

style: $(READY)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/gdformat --check --line-length 100 godot_client
	$(BIN)/gdlint godot_client
	$(BIN)/python -m protocol_spec.generate --check

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/gdformat --line-length 100 godot_client
	$(BIN)/python -m protocol_spec.generate

bench: tools
	@mkdir -p $(FIGURES)
	$(BIN)/python -m tests.bench.cpu --json $(FIGURES)/cpu.json
	$(BIN)/python -m tests.bench.scale --json $(FIGURES)/scale.json
	$(BIN)/python -m tests.bench.overload --json $(FIGURES)/overload.json
	$(BIN)/python -m tests.bench.edits --json $(FIGURES)/edits.json
	$(BIN)/python -m tests.bench.logins --json $(FIGURES)/logins.json
	$(BIN)/python -m tests.bench.godot --json $(FIGURES)/godot.json
	$(BIN)/python -m tests.bench.panels --json $(FIGURES)/panels.json

conformance: $(READY)
	$(BIN)/python -m tests.conformance_report

screenshots: tools
	ESTRAGON_SCREENSHOTS=$(CURDIR)/godot_client/screenshots $(BIN)/python -m pytest tests/test_screenshots.py tests/test_menu_screenshots.py tests/test_panel_screenshots.py

tools: $(READY)
	@$(BIN)/python tests/toolbox.py fetch
	@$(BIN)/python tests/toolbox.py fetch tmux tshark

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-emit-index-url --custom-compile-command "make lock" --upgrade \
	  --output-file requirements.lock pyproject.toml --group dev

clean:
	rm -rf .venv *.egg-info

# Debian's Python comes without ensurepip; pip then comes from the package that holds it, unpacked
# here and not installed, so that nobody needs to be root.
$(READY): requirements.lock pyproject.toml
	@echo "Making the environment in .venv ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@rm -rf .venv
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || { \
	  rm -rf .venv && $(PYTHON) -m venv --without-pip .venv && cd .venv && \
	  apt-get -qq -o APT::Sandbox::User=root download python3-pip-whl && dpkg -x python3-pip-whl_*.deb wheels && \
	  bin/python $$(echo wheels/usr/share/python-wheels/pip-*.whl)/pip --quiet install --no-index \
	    --find-links wheels/usr/share/python-wheels pip && rm -r wheels python3-pip-whl_*.deb; } || { \
	  echo "No environment can be made: install python3-venv, then try again." >&2; exit 1; }
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements.lock
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --no-deps --editable .
	@touch $@
