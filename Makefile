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
# Those that packages can train on: versions on PyPI, folders of such, or nothing for packages that cannot train.
TORCH ?= 2.13.0 2.14.1 2.15.0
SHIMS := $(if $(strip $(TORCH)),.build/torch)
SHARED := man/man1/mvmr.1 man/man1/mvmr-*.1 bash-completion/completions/mvmr zsh/site-functions/_mvmr \
  fish/vendor_completions.d/mvmr.fish

help:            ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:           ## install missing Debian packages (as root or through sudo)
	@.ci/setup

demo: build      ## build, then run the whole story on the built-in images
	$(BIN)/mvmr demo --output demo

build: setup     ## build the commands, libmvmr.so, manual pages and completions, into .build/release
	swift build $(RELEASE)
	@.ci/library $(BIN) $(BIN)
	@.ci/share $(BIN)/mvmr $(BIN)/share

library: build   ## libmvmr.so for C and other languages, with mvmr.pc for pkg-config: a part of make build

debug: setup     ## build commands and tests for a debugger, into .build/quick/debug
	swift build $(QUICK) --build-tests

test: setup      ## run every test in release, or by FILTER=HOGTests those that match in debug
ifdef FILTER
	@.ci/test $(QUICK) --filter '$(FILTER)'
else
	@.ci/test $(TESTED)
endif

test-python:     ## run the tests of the Python package over what was built last; what PYTHON lacks is skipped
	@.ci/test-python '$(PYTHON)'

test-cluster: build ## run a Slurm on this machine, and on it what Scaling.md and Training.md start; what is not installed is skipped
	@.ci/cluster '$(BIN)/mvmr'

test-kills: build ## kill one of two ranks of a training at 20 random instants; each must resume to the same bytes
	@.ci/rank-kills '$(BIN)/mvmr-train'

sanitize: setup  ## run the tests of C code under AddressSanitizer, and of threads under ThreadSanitizer
	@# Leaks that Foundation's Process and HDF5 leave are not ours; live handles are counted by tests of their own.
	ASAN_OPTIONS=detect_leaks=0 swift test --sanitize address --scratch-path .build/address --filter 'MVImagingTests|MVStoreTests|MVRepresentationsTests'
	swift test --sanitize thread --scratch-path .build/thread --filter 'MVCoreTests|MVStoreTests|MVExtractionTests'

fuzz: build      ## mutated files: COUNT images of each format under AddressSanitizer, all others for SECONDS each
	@.ci/fuzz-codecs $(or $(COUNT),2000)
	@.ci/fuzz-files $(BIN)/mvmr $(or $(SECONDS),60) $(or $(SEED),1)

lint:            ## formatting, file sizes, import ladder
	@.ci/lint

format:          ## format all sources in place
	$(FILES) '*.swift' | xargs -r swift format -i
	$(FILES) '*.cpp' '*.h' | xargs -r clang-format -i

docs:            ## check that the documentation is whole; needs the program, of make build or make test
	@.ci/docs

docc: build      ## build the API documentation into .build/docc; a broken link is an error
	@.ci/docc

check: setup lint test test-python docs ## everything that must hold, what is quick first

install:         ## copy commands, library, manual pages and completions below PREFIX (/usr/local), after DESTDIR
	@.ci/install '$(BIN)' '$(DESTDIR)$(PREFIX)/bin' $(PROGRAMS)
	@.ci/install-library '$(BIN)' '$(DESTDIR)' '$(PREFIX)'
	@.ci/share --copy '$(BIN)/share' '$(DESTDIR)$(PREFIX)/share'

uninstall:       ## remove them from there
	rm -f $(PROGRAMS:%='$(DESTDIR)$(PREFIX)/bin/%') '$(DESTDIR)$(PREFIX)'/lib/libmvmr.so* \
	  '$(DESTDIR)$(PREFIX)/include/mvmr.h' '$(DESTDIR)$(PREFIX)/lib/pkgconfig/mvmr.pc'
	rm -f $(SHARED:%='$(DESTDIR)$(PREFIX)'/share/%)

torch-shims:     ## compile what packages train by, for each version of PyTorch in TORCH; takes them from PyPI
	@for torch in $(TORCH); do .ci/torch-shim "$$torch" .build/torch || exit; done

wheel: build torch-shims ## make a Python wheel with library and commands in it, into .build/wheel; takes tools from PyPI
	@.ci/wheel '$(BIN)' '$(SHIMS)' .build/wheel

dist: build torch-shims ## make a tarball that runs where it is unpacked, without Swift, into .build/dist
	@.ci/dist '$(BIN)' '$(SHIMS)' .build/dist

deb: build       ## make packages for this Debian, into .build/deb
	@.ci/torch-shim system .build/torch
	@.ci/deb '$(BIN)' .build/torch .build/deb

fixtures:        ## write golden values again, all or by ONLY=hog some; PYTHON needs Fixtures/Generators/requirements.txt
	@.ci/fixtures $(PYTHON) $(ONLY)

bench: build     ## measure
	$(BIN)/mvmr-bench

gpu-check:       ## compare mvmr on CUDA with the CPU; PYTHON needs PyTorch for CUDA and a wheel of mvmr, no Swift
	$(PYTHON) .ci/gpu-check

figures: build   ## write the tables of Benchmarks.md and Scaling.md from the measurements beside them
	@.ci/figures $(BIN)/mvmr-bench

.PHONY: help setup demo build library debug test test-python test-cluster test-kills sanitize fuzz lint format docs docc check install uninstall torch-shims wheel dist deb fixtures bench figures gpu-check
