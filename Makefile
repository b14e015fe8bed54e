# Two commands are enough: `make demo` and `make test`. Each installs what is missing first.
.DEFAULT_GOAL := help
.NOTPARALLEL:

# The build refuses imports that Package.swift does not list.
CHECKED := --explicit-target-dependency-import-check error
RELEASE := -c release $(CHECKED)
# Tests see internal names by a flag of their own: in one folder, each switch between build and test compiles all anew.
TESTED := $(RELEASE) -Xswiftc -enable-testing --scratch-path .build/test
# Swift in debug recompiles a file, not its module and all that stands on it; kernels in C++ are optimized even so.
QUICK := $(CHECKED) -Xcxx -O2 --scratch-path .build/quick
BIN := .build/release
PYTHON ?= python3
# What git knows, and new files that it does not ignore.
FILES := git ls-files -co --exclude-standard --deduplicate
PREFIX ?= /usr/local
PROGRAMS := mvmr mvmr-train mvmr-bench

help:            ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:           ## install missing Debian packages (as root or through sudo)
	@.ci/setup

demo: build      ## build, then run the whole story on the built-in images
	$(BIN)/mvmr demo --output demo

build: setup     ## build the commands and libmvmr.so, into .build/release
	swift build $(RELEASE)
	@.ci/library $(BIN) $(BIN)

library: build   ## libmvmr.so for C and other languages, with mvmr.pc for pkg-config: a part of make build

debug: setup     ## build commands and tests for a debugger, into .build/quick/debug
	swift build $(QUICK) --build-tests

test: setup      ## run every test in release, or by FILTER=HOGTests those that match in debug
ifdef FILTER
	@.ci/test $(QUICK) --filter '$(FILTER)'
else
	@.ci/test $(TESTED)
endif

test-python:     ## run the tests of the Python package; PYTHON needs NumPy and pytest, what else is absent is skipped
	@cd Sources/Python && PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -q tests

sanitize: setup  ## run the tests of C code under AddressSanitizer, and of threads under ThreadSanitizer
	@# Leaks that Foundation's Process and HDF5 leave are not ours; live handles are counted by tests of their own.
	ASAN_OPTIONS=detect_leaks=0 swift test --sanitize address --scratch-path .build/address --filter 'MVImagingTests|MVStoreTests|MVRepresentationsTests'
	swift test --sanitize thread --scratch-path .build/thread --filter 'MVCoreTests|MVStoreTests|MVExtractionTests'

fuzz: setup      ## decode mutated image files under AddressSanitizer; COUNT of each format
	@.ci/fuzz-codecs $(or $(COUNT),2000)

lint:            ## formatting, file sizes, import ladder
	@.ci/lint

format:          ## format all sources in place
	$(FILES) '*.swift' | xargs -r swift format -i
	$(FILES) '*.cpp' '*.h' | xargs -r clang-format -i

docs:            ## check that the documentation is whole; needs the program, of make build or make test
	@.ci/docs

docc: build      ## build the API documentation into .build/docc; a broken link is an error
	@.ci/docc

check: setup lint test docs ## everything that must hold, what is quick first

install:         ## copy commands and library below PREFIX (/usr/local), where DESTDIR may stand before
	@.ci/install '$(BIN)' '$(DESTDIR)$(PREFIX)/bin' $(PROGRAMS)
	@.ci/install-library '$(BIN)' '$(DESTDIR)' '$(PREFIX)'

uninstall:       ## remove them from there
	rm -f $(PROGRAMS:%='$(DESTDIR)$(PREFIX)/bin/%') '$(DESTDIR)$(PREFIX)'/lib/libmvmr.so* \
	  '$(DESTDIR)$(PREFIX)/include/mvmr.h' '$(DESTDIR)$(PREFIX)/lib/pkgconfig/mvmr.pc'

wheel: build     ## make a Python wheel with library and command in it, into .build/wheel; takes tools from PyPI
	@.ci/wheel '$(BIN)' .build/wheel

fixtures:        ## write golden values again, all or by ONLY=hog some; PYTHON needs Fixtures/Generators/requirements.txt
	@.ci/fixtures $(PYTHON) $(ONLY)

bench: build     ## measure
	$(BIN)/mvmr-bench

gpu-check:       ## compare the shim over libtorch on CUDA with the CPU; PYTHON needs PyTorch for CUDA, no Swift
	$(PYTHON) .ci/gpu-check

figures: build   ## write the tables of Notebooks-free-docs/Benchmarks.md from the measurements beside it
	@.ci/figures $(BIN)/mvmr-bench

.PHONY: help setup demo build library debug test test-python sanitize fuzz lint format docs docc check install uninstall wheel fixtures bench figures gpu-check
