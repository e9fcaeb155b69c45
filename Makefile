# Samovar's build. `make` builds build/samovar; `make run` and `make test` do all the set-up on a fresh machine.
# Sources are found, not listed: src/**/x.c is in the program, src/**/x_test.c is a test program,
# src/services/X/X.smithy is compiled by tools/idlc to build/gen/api/X.{h,c}.

VERSION := 0.1.0
CC ?= cc
ifeq ($(origin CC),default)
CC := gcc
endif
CCACHE := $(shell command -v ccache 2>/dev/null)

# release | asan | tsan | fuzz; each has its own folder of objects.
MODE ?= release
BUILD := build
OUT := $(BUILD)/$(MODE)
GEN := $(BUILD)/gen
TOOLS := $(BUILD)/tools

PKGS := libuv libllhttp yyjson expat sqlite3 libcrypto libcurl libarchive libseccomp libpcre2-8 yaml-0.1
# Warnings are errors with the compilers that are tried; a newer one may have new ones, and a newer library's deprecations
# stop nobody. A waiting fiber's own place in a list is on its stack: gcc takes it for a dangling pointer.
WARN = -Wall -Wextra -Wshadow -Wmissing-prototypes -Wvla -Wno-error=deprecated-declarations $(WERROR) $(if $(findstring clang,$(CC)),,-Wno-dangling-pointer)
FLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -ffunction-sections -fdata-sections
FLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FLAGS_tsan := -O1 -g -fsanitize=thread -fno-omit-frame-pointer -Wno-format-truncation
FLAGS_fuzz := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined -fno-omit-frame-pointer
ifeq ($(MODE),fuzz)
CC := clang
endif
WERROR := $(if $(filter 12 13 14,$(shell $(CC) -dumpversion | cut -d. -f1)),-Werror)
LDFLAGS_release := -Wl,--gc-sections -Wl,--as-needed
LDFLAGS_asan := -fsanitize=address,undefined
LDFLAGS_tsan := -fsanitize=thread
LDFLAGS_fuzz := -fsanitize=address,undefined,fuzzer

CFLAGS_PKGS = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LIBS_PKGS = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm -lpthread
CFLAGS_ALL = -std=gnu17 -D_GNU_SOURCE -Isrc -I$(GEN) -I. -DSAMOVAR_VERSION='"$(VERSION)"' $(WARN) $(FLAGS_$(MODE)) $(CFLAGS_PKGS) $(CFLAGS)

# What is not in the program: tests, fuzz targets, and programs of their own.
SHIM_SOURCES := $(wildcard src/sandbox/shim*.c)
PROGRAMS := src/cli/main.c src/sandbox/probe.c $(SHIM_SOURCES)
SOURCES := $(filter-out $(PROGRAMS),$(shell find src -name '*.c' ! -name '*_test.c' ! -name '*_fuzz.c'))
UNIT_TESTS := $(shell find src -name '*_test.c')
FUZZ_TARGETS := $(shell find src -name '*_fuzz.c')
SMITHY := $(wildcard src/services/*/*.smithy)
APIS := $(patsubst %.smithy,%,$(notdir $(SMITHY)))

GEN_HEADERS := $(APIS:%=$(GEN)/api/%.h) $(GEN)/api/all_types.h $(GEN)/api/echo.h
GEN_SOURCES := $(APIS:%=$(GEN)/api/%.c)
OBJECTS := $(SOURCES:%.c=$(OUT)/%.o) $(GEN_SOURCES:$(BUILD)/%.c=$(OUT)/%.o)
EMBEDDED := $(OUT)/gen/embedded.o
LIBRARY := $(OUT)/libsamovar.a

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all lib deps deps-test run test unit sdk e2e crash fuzz model bench tsan clang tidy clean format

all: $(BUILD)/samovar

# ---- generated code -----------------------------------------------------------------------------------------------

$(TOOLS)/%: tools/%.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CCACHE) $(CC) -std=gnu17 -D_GNU_SOURCE $(WARN) -O1 -g -o $@ $<

IDLC_SOURCES := $(wildcard tools/idlc/*.c) src/base/mem.c src/base/str.c src/base/buf.c
$(TOOLS)/idlc: $(IDLC_SOURCES) tools/idlc/idlc.h
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) -std=gnu17 -D_GNU_SOURCE -Isrc $(WARN) -O1 -g -o $@ $(IDLC_SOURCES) -lpcre2-8

# tests/golden/all_types.smithy and src/aws/testing/echo.smithy are compiled for unit tests, which include their .c.
vpath %.smithy $(sort $(dir $(SMITHY))) tests/golden src/aws/testing
$(GEN)/api/%.h $(GEN)/api/%.c &: %.smithy $(TOOLS)/idlc
	@mkdir -p $(GEN)/api
	@echo "  IDL $<"
	@$(TOOLS)/idlc $< $(GEN)/api/$*.h $(GEN)/api/$*.c

RUNTIME_FILES := $(shell find runtimes -type f ! -name '*_test*' ! -path '*/node_modules/*' 2>/dev/null)
CONSOLE_FILES := $(shell find console -type f 2>/dev/null)
SHIM := $(OUT)/samovar-shim
$(OUT)/gen/embedded.c: $(TOOLS)/embed $(RUNTIME_FILES) $(CONSOLE_FILES) $(SHIM)
	@mkdir -p $(@D)
	@echo "  EMBED $@"
	@$(TOOLS)/embed $@ $(SHIM:%=shim=%) $(RUNTIME_FILES) $(CONSOLE_FILES)

$(OUT)/gen/embedded.o: $(OUT)/gen/embedded.c
	@echo "  CC $@"
	@$(CCACHE) $(CC) $(CFLAGS_ALL) -c -o $@ $<

# The shim is static and small whatever the mode: it runs inside the sandbox.
$(OUT)/samovar-shim: $(SHIM_SOURCES) $(wildcard src/sandbox/shim*.h src/sandbox/limits.h)
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) -std=gnu17 -D_GNU_SOURCE -Isrc $(WARN) -Os -static -s -o $@ $(SHIM_SOURCES)

# What hostile code would try, for the sandbox's test.
$(OUT)/samovar-probe: src/sandbox/probe.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) -std=gnu17 -D_GNU_SOURCE $(WARN) -O1 -static -o $@ $<
$(OUT)/src/sandbox/box_test: $(OUT)/samovar-probe

# ---- objects ------------------------------------------------------------------------------------------------------

$(OUT)/%.o: %.c | $(GEN_HEADERS)
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CCACHE) $(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(OUT)/gen/%.o: $(GEN)/%.c | $(GEN_HEADERS)
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CCACHE) $(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# An archive's members are linked when something needs them, so that a name defined twice would go unseen.
$(LIBRARY): $(OBJECTS)
	@rm -f $@
	@echo "  AR $@"
	@ar rcs $@ $^
	@twice=$$(nm -g --defined-only $@ 2>/dev/null | awk 'NF == 3 && $$2 ~ /[BDGRST]/ { print $$3 }' | sort | uniq -d); \
		[ -z "$$twice" ] || { echo "defined in two files, of which the linker takes one:" $$twice; exit 1; }

# The objects themselves, not the library: a name that two files define is an error then.
$(OUT)/samovar: $(OUT)/src/cli/main.o $(EMBEDDED) $(OBJECTS)
	@echo "  LD $@"
	@$(CC) $(LDFLAGS_$(MODE)) -o $@ $^ $(LIBS_PKGS)

$(BUILD)/samovar: $(OUT)/samovar
	cp -f $< $@

# Everything compiled, nothing linked.
lib: $(LIBRARY) $(EMBEDDED)

# A unit test is a program with the whole library at hand.
$(OUT)/%_test: $(OUT)/%_test.o $(EMBEDDED) $(LIBRARY)
	@echo "  LD $@"
	@$(CC) $(LDFLAGS_$(MODE)) -o $@ $(filter %.o %.a,$^) $(LIBS_PKGS)

# It stands in for net's server (aws/testing/exchange.h), which other services that DynamoDB calls bring along: the test's
# own comes first.
$(OUT)/src/services/dynamodb/model_test: LDFLAGS_$(MODE) += -Wl,-z,muldefs

$(OUT)/%_fuzz: $(OUT)/%_fuzz.o $(EMBEDDED) $(LIBRARY)
	@echo "  LD $@"
	@$(CC) $(LDFLAGS_$(MODE)) -o $@ $^ $(LIBS_PKGS)

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)

# ---- what people call ---------------------------------------------------------------------------------------------

deps:
	@tools/deps.sh build

deps-test: deps
	@tools/deps.sh test

# On all processors, unless make is told another number.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

run:
	@tools/deps.sh run
	@$(MAKE) $(JOBS) --no-print-directory all
	@tools/run.sh

test: deps-test
	@$(MAKE) $(JOBS) --no-print-directory MODE=asan test-programs
	@$(MAKE) $(JOBS) --no-print-directory all tidy-tool
	@tests/run

# Only the unit tests: make MODE=asan unit
test-programs: $(UNIT_TESTS:%.c=$(OUT)/%) $(OUT)/samovar
.PHONY: test-programs tidy-tool
tidy-tool: $(TOOLS)/tidy

unit:
	@$(MAKE) $(JOBS) --no-print-directory MODE=asan test-programs
	@tests/run unit

tidy: $(TOOLS)/tidy
	$(TOOLS)/tidy

fuzz:
	@tests/fuzz/run

crash: deps-test
	@$(MAKE) --no-print-directory MODE=asan build/asan/samovar
	@tests/crash/run
	@tests/crash/queues --kills 100
	@tests/crash/queues --kills 20 --full-disk
	@tests/crash/deploys --kills 200
	@tests/crash/tables --kills 100
	@tests/crash/streams --kills 60
	@tests/crash/objects --kills 50

# The tables against their model, for millions of steps; make test takes a look at it.
MODEL_STEPS ?= 3000000
model:
	@$(MAKE) --no-print-directory MODE=asan $(BUILD)/asan/src/services/dynamodb/model_test
	@$(BUILD)/asan/src/services/dynamodb/model_test $(MODEL_STEPS)

# The shop of examples/loyalty under fire: 5,000 receipts, ten kills.
e2e: deps-test all
	@SAMOVAR=$(CURDIR)/$(BUILD)/samovar build/venv/bin/python tests/e2e/fire

bench: deps-test all
	@tests/bench/run

tsan:
	@$(MAKE) --no-print-directory MODE=tsan test-programs
	@tests/run tsan

# The same sources under the other compiler.
clang:
	$(MAKE) CC=clang BUILD=build/clang all test-programs

format:
	clang-format -i $$(git ls-files 'src/*.c' 'src/*.h' 'tools/*.c')

clean:
	rm -rf build
