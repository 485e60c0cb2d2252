# `make` prints what there is to make.

BIN := .venv/bin
Q   ?= What is the capital of France?

# The C and C++ that people write; cffi and SystemRDL generate the rest.
C_SOURCES = $(shell find firmware_bindings hil tests -name '*.[ch]' -o -name '*.cpp' | grep -vE '/_|/registers/')

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test lint format trace model-check generate prove coverage twins synth faults day acceptance bench bench-rtl bench-kernel test-gemma fuzz lock wheel clean

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Make .venv, build the C libraries and the controller, fetch the model
	@bash bootstrap.sh

demo: export QUESTION = $(value Q)
demo: setup ## Ask the satellite a question: make demo Q="Name three planets."
	@$(BIN)/hil ask "$$QUESTION"

test: setup lint ## Run every check and test; JUnit XML goes to reports/
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 8 --dist loadgroup --junitxml reports/junit.xml

lint: setup ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run -Werror $(C_SOURCES)

format: setup ## Format Python and C
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(C_SOURCES)

trace: setup ## Print requirement -> tests; fail on one without a test
	@$(BIN)/python tests/project/trace.py

generate: setup ## Write anew what is generated: registers, diagrams, the README's picture
	$(BIN)/python -m hil.rtl.generate
	$(BIN)/python tests/project/diagrams.py
	$(BIN)/python tests/project/picture.py

prove: setup ## Prove what the controller's RTL promises; each property is shown to bite
	@$(BIN)/python -m hil.rtl.proofs $(PROVE)

coverage: export SUNLIT_RTL_COVERAGE = $(CURDIR)/reports/rtl-coverage
coverage: setup ## Report what of the RTL the benches and the conformance suite exercise (minutes)
	rm -rf $(SUNLIT_RTL_COVERAGE) && mkdir -p $(SUNLIT_RTL_COVERAGE)
	$(BIN)/python -m pytest --quiet --numprocesses logical --dist loadgroup tests/hil/rtl/test_benches.py \
	  $(wildcard tests/hil/devices/test_payload_ctrl_*.py) -m "not freerun" \
	  -k "not model and not saved and not pty"
	@$(BIN)/python -m hil.rtl.coverage $(SUNLIT_RTL_COVERAGE)

twins: setup ## Run the controller's model and RTL side by side through random sequences: make twins RUNS=1000
	SUNLIT_TWINS=$(or $(RUNS),1000),100 $(BIN)/python -m pytest --quiet tests/hil/devices/test_payload_ctrl_twins.py

model-check: setup ## Explore every state of the mode machine (minutes)
	@$(BIN)/python -m tests.model_check $(if $(DEEP),--deep)

faults: setup ## Fly every fault on the controller's RTL too (minutes)
	$(BIN)/python -m pytest -m "long or not long" --numprocesses logical tests/scenarios/test_faults.py

day: setup ## Fly a day of the 50 W cubesat: table, and time line in reports/day.svg
	@$(BIN)/hil fly hil/scenario/day.toml --reference cubesat --picture reports/day.svg

acceptance: setup ## Ask at 1,000 moments of passes: answered in the pass, or refused at once? (ARGS="--starts 50")
	@PYTHONPATH=. $(BIN)/python tests/scenarios/acceptance.py $(ARGS)

bench: setup ## Measure the packet layer
	@$(BIN)/python tests/benchmarks/packet_layer.py

synth: setup ## Synthesise, place and route the controller for an ECP5: cells, longest path (minutes)
	@$(BIN)/python -m hil.rtl.synth $(SYNTH)

bench-rtl: setup ## Measure the controller from Python, bare in C++ and in cocotb; a day of both boards
	@$(BIN)/python tests/benchmarks/rtl/bench.py $(BENCH)

bench-kernel: setup ## Compare the kernel's speed with llama.cpp's (builds it: minutes)
	@PYTHONPATH=. $(BIN)/python tests/benchmarks/kernel/bench.py $(BENCH)

test-gemma: setup ## Compare Gemma 3 270M with the reference (first: hil models fetch gemma3-270m)
	$(BIN)/python -m pytest tests/firmware_bindings/kernel/gemma.py

fuzz: setup ## Fuzz the kernel's loader and tokenizer: make fuzz RUNS=10000000 (needs clang libclang-rt-dev llvm)
	@$(BIN)/python tests/firmware_bindings/kernel/fuzz/fuzz.py $(or $(RUNS),1000000)

lock: setup ## Resolve requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra sim --extra plot --group dev --universal --python-version 3.11 \
	  --generate-hashes --upgrade --no-header --quiet --output-file requirements.lock

wheel: setup ## Build the wheel into dist/
	rm -rf build/lib build/bdist.*
	$(BIN)/python -m pip wheel --quiet --no-deps --no-index --find-links build/wheelhouse --wheel-dir dist .

clean: ## Remove everything that make made here (the model and the controller stay in the user's cache)
	rm -rf .venv build dist reports .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	find firmware_bindings flightsw hil tests \( -name __pycache__ -o -name sim_build \) -prune -exec rm -rf {} +
	find firmware_bindings -name '*.so' -delete
