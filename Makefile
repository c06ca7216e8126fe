# make            build both programs         make test    run the tests
# make help       list every target           FLAVOR=asan  choose a build flavour
#
# Products go to build/ (O=dir for another place): one folder a flavour and
# compiler, programs of the release flavour also in build/bin.

FLAVOR ?= release
FUZZ_SECONDS ?= 30
CC     ?= cc
O      ?= build
B      := $(O)/$(FLAVOR)-$(notdir $(firstword $(CC)))

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
        -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
        -Wundef -Wvla -Wwrite-strings -Wcast-qual -Wcast-align -Wpointer-arith \
        -Wformat=2 -Wdouble-promotion -Wimplicit-fallthrough -Werror

FLAGS_release := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
FLAGS_debug   := -O0 -g3
FLAGS_asan    := -O1 -g3 -DMN_ARENA_DEBUG -fno-omit-frame-pointer
FLAGS_tsan    := -O1 -g3
FLAGS_cov     := -O0 -g3
FLAGS_fuzz    := -O1 -g3 -DMN_ARENA_DEBUG

INSTRUMENT_asan := -fsanitize=address,undefined -fno-sanitize-recover=all
INSTRUMENT_tsan := -fsanitize=thread
INSTRUMENT_cov  := --coverage
INSTRUMENT_fuzz := -fsanitize=fuzzer-no-link,address,undefined

CORE_PKGS := glib-2.0 jansson yaml-0.1
IO_PKGS   := zlib
HTTPD_PKGS := libmicrohttpd
TEST_PKGS := cunit
PKGS := $(CORE_PKGS) $(IO_PKGS) $(HTTPD_PKGS) $(TEST_PKGS)

# CPPFLAGS, CFLAGS, LDFLAGS and LDLIBS belong to whoever runs make; ours come first.
OUR_CFLAGS  := -std=c17 -ffp-contract=off -Iinclude -I. -I$(B) -D_POSIX_C_SOURCE=200809L \
               -DGLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_74 \
               -DGLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74 \
               $(WARN) $(FLAGS_$(FLAVOR)) $(INSTRUMENT_$(FLAVOR)) \
               $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
COMPILE      = $(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK         = $(CC) $(INSTRUMENT_$(FLAVOR)) $(LDFLAGS)
libs         = $(shell pkg-config --libs $(1) 2>/dev/null)

CORE_LAYERS := base text model os cluster sched plugins wire
CORE_SRC  := $(sort $(foreach l,$(CORE_LAYERS),$(wildcard core/$(l)/*.c)))
IO_SRC    := $(sort $(wildcard core/io/*.c))
HTTPD_SRC := $(sort $(wildcard core/httpd/*.c))
EXT_SRC   := $(sort $(wildcard extender/*.c))
SIM_SRC   := $(sort $(wildcard simulator/*.c simulator/*/*.c))
TEST_SRC  := $(sort $(wildcard tests/*.c tests/support/*.c tests/core/*.c tests/extender/*.c tests/simulator/*.c))
FUZZ_SRC  := $(sort $(wildcard tests/fuzz/fuzz_*.c))
HEADERS   := $(sort $(wildcard include/mullion/*/*.h))
obj        = $(patsubst %.c,$(B)/%.o,$(1))

CORE_LIB  := $(B)/libmullion-core.a
IO_LIB    := $(B)/libmullion-io.a
HTTPD_LIB := $(B)/libmullion-httpd.a
LIBS      := $(HTTPD_LIB) $(IO_LIB) $(CORE_LIB)

# What the tests link of the programs: everything but their main().
EXT_PARTS := $(call obj,$(filter-out extender/main.c,$(EXT_SRC)))
SIM_PARTS := $(call obj,$(filter-out simulator/main.c,$(SIM_SRC)))

.DEFAULT_GOAL := all
.PHONY: all test headers clean help

all: $(LIBS) $(if $(wildcard extender/main.c),$(B)/mullion-extender) $(if $(wildcard simulator/main.c),$(B)/mullion) ## build the library and both programs
test: all $(B)/tests/run ## run the unit tests (SUITE=core_quantity for one)
	G_DEBUG=fatal-criticals MALLOC_PERTURB_=85 $(B)/tests/run $(SUITE)

$(CORE_LIB): $(call obj,$(CORE_SRC))
$(IO_LIB): $(call obj,$(IO_SRC))
$(HTTPD_LIB): $(call obj,$(HTTPD_SRC))
$(LIBS):
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^
$(B)/mullion: $(call obj,$(SIM_SRC)) $(IO_LIB) $(CORE_LIB)
	$(LINK) -o $@ $^ $(call libs,$(CORE_PKGS) $(IO_PKGS)) -lm $(LDLIBS)
$(B)/mullion-extender: $(call obj,$(EXT_SRC)) $(LIBS)
	$(LINK) -o $@ $^ $(call libs,$(CORE_PKGS) $(IO_PKGS) $(HTTPD_PKGS)) -lm -pthread $(LDLIBS)
$(B)/tests/run: $(call obj,$(TEST_SRC)) $(EXT_PARTS) $(SIM_PARTS) $(LIBS)
	$(LINK) -o $@ $^ $(call libs,$(PKGS)) -lm -pthread $(LDLIBS)
$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

headers: ## every public header compiles on its own
	@for h in $(HEADERS); do echo "#include \"$${h#include/}\"" | \
	  $(COMPILE) -fsyntax-only -x c - || exit; done; echo headers ok
clean: ## remove build/
	rm -rf $(O)
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

-include $(shell find $(B) -name '*.d' 2>/dev/null)
