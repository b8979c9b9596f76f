# One word for each thing a person does. The build itself is CMake's (CMakePresets.json).
BUILD := build/release
DEMO_ROOT ?= runs/demo

.PHONY: demo build test test-long bench bench-data bench-ops study format sanitizers fuzz tidy clean

demo: build  ## train a small Llama on the King James Bible, then adapters on Shakespeare
	@examples/demo/demo.sh $(DEMO_ROOT)

# Nobody needs the tests' libraries to run the demo, nor should a new compiler's warning stop the build
# (TWOFOLD_WERROR); a tree that has its tests configured keeps them.
FRESH = $(if $(wildcard $(BUILD)/build.ninja),,-DTWOFOLD_TESTS=OFF)

build:
	@tools/setup.sh
	@cmake --preset release $(FRESH) $(CMAKE_ARGS) > build-configure.log || { cat build-configure.log; exit 1; }
	@rm -f build-configure.log
	@ninja -C $(BUILD) twofold

# ctest, then what it skipped and why; fails where either does. The exit code is ctest's.
define run_tests
@code=0; ctest --preset $(1) $(2) --output-junit $(CURDIR)/build/$(1)/tests.xml \
    --test-output-size-passed 10000000 || code=$$?; \
  python3 tools/report_skips.py build/$(1)/tests.xml && exit $$code
endef

test:  ## everything, in minutes
	@tools/setup.sh --tests
	@cmake --preset release -DTWOFOLD_TESTS=ON -DTWOFOLD_WERROR=ON $(CMAKE_ARGS)
	@ninja -C $(BUILD)
	$(call run_tests,release,-j2 -LE long)

sanitizers:  ## the torch-free layers under ASan and UBSan
	@tools/setup.sh --tests
	@cmake --preset sanitizers > /dev/null
	@ninja -C build/sanitizers
	$(call run_tests,sanitizers,-j2)

fuzz:  ## every reader of files from outside, a minute each, under libFuzzer
	@tools/setup.sh --tests --fuzz
	@cmake --preset fuzz > /dev/null
	@ninja -C build/fuzz
	$(call run_tests,fuzz,-R '^fuzz')

tidy:  ## clang-tidy (.clang-tidy) over the torch-free layers
	@tools/setup.sh --tests --fuzz
	@cmake --preset tidy > /dev/null
	@run-clang-tidy-16 -clang-tidy-binary clang-tidy-16 -j2 -quiet -p build/tidy "$(CURDIR)/src/" > build/tidy/found.txt 2> build/tidy/log.txt || \
	  { grep -A4 "error:\|warning:" build/tidy/found.txt; exit 1; }

test-long: test sanitizers fuzz tidy  ## the long tier: 500 kills, sanitizers, fuzzing, clang-tidy
	$(call run_tests,release,-L long)

bench:  ## both phases beside PyTorch and PEFT, in the same run
	@tools/setup.sh --tests
	@cmake --preset release $(FRESH) $(CMAKE_ARGS)
	@ninja -C $(BUILD) bench_step
	@python3 bench/run.py

bench-data: build  ## chat rows beside transformers + tokenizers, tasks beside lm-eval
	@tools/setup.sh --tests
	@.venv-clients/bin/python bench/chat_rows.py
	@.venv-clients/bin/python bench/eval.py 2>/dev/null

bench-ops:  ## each operation beside its reference, as a share of what the machine can do
	@tools/setup.sh --tests
	@cmake --preset release $(FRESH) $(CMAKE_ARGS)
	@ninja -C $(BUILD) bench_ops
	@$(BUILD)/bench_ops

study: build  ## published findings about adapters as checks (docs/studies/lora_shapes): goes on where it stopped
	@tools/setup.sh --tests
	@.venv-clients/bin/python docs/studies/lora_shapes/study.py run
	@.venv-clients/bin/python docs/studies/lora_shapes/study.py table
	@.venv-clients/bin/python docs/studies/lora_shapes/study.py check

format:
	@find src include tests bench examples -name '*.h' -o -name '*.cpp' | xargs clang-format -i

clean:
	@rm -rf build
