# Two commands are enough: `make demo` and `make test`. Each installs what is missing first.
.DEFAULT_GOAL := help

# The build refuses imports that Package.swift does not list; tests run in release, debug is too slow for numerical code.
SWIFT_FLAGS := -c release --explicit-target-dependency-import-check error
TEST_FLAGS := $(SWIFT_FLAGS) -Xswiftc -enable-testing
BIN := .build/release
PYTHON ?= python3

help:            ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:           ## install missing Debian packages (as root or through sudo)
	@.ci/setup

demo: setup build ## build, then run the whole story on the built-in images
	$(BIN)/mvmr demo --output demo

build:           ## build the commands
	swift build $(SWIFT_FLAGS)

test: setup      ## build and run every test
	@.ci/test $(TEST_FLAGS)

sanitize: setup  ## run the tests of C code under AddressSanitizer, and of threads under ThreadSanitizer
	@# Leaks that Foundation's Process and HDF5 leave are not ours; live handles are counted by tests of their own.
	ASAN_OPTIONS=detect_leaks=0 swift test --sanitize address --scratch-path .build/address --filter 'MVImagingTests|MVStoreTests|MVRepresentationsTests'
	swift test --sanitize thread --scratch-path .build/thread --filter 'MVCoreTests|MVStoreTests|MVExtractionTests'

lint:            ## formatting, file sizes, import ladder
	@.ci/lint

format:          ## format all sources in place
	swift format -i -r Package.swift Sources Tests
	git ls-files '*.cpp' '*.h' | xargs clang-format -i

docs:            ## check that the documentation is whole
	@.ci/docs

check: lint test docs ## everything that must hold

fixtures:        ## write the golden values again; PYTHON needs Fixtures/Generators/requirements.txt
	@.ci/fixtures $(PYTHON)

bench: build     ## measure
	$(BIN)/mvmr-bench

.PHONY: help setup demo build test sanitize lint format docs check fixtures bench
