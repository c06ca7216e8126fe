# make demo       build everything, run the main job    make test   run all tests
# make help       list every target                     FLAVOR=asan choose a build flavour
#
# V=1 shows the commands as they are run.
# What is missing on this machine is installed first (build-aux/deps.sh; INSTALL_DEPS=no only
# names it). Products go to build/ (O=dir for another place): one folder a flavour and compiler;
# the programs of the release flavour also stand in build/bin.

FLAVOR ?= release
CC     ?= cc
O      ?= build
B      := $(O)/$(FLAVOR)-$(notdir $(firstword $(CC)))
BIN    := $(if $(filter release,$(FLAVOR)),$(O)/bin,$(B))
FUZZ_SECONDS ?= 30
SOAK_SECONDS ?= 60
WERROR ?= -Werror
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
MANDIR  ?= $(DATADIR)/man
INSTALL ?= install

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
        -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
        -Wundef -Wvla -Wwrite-strings -Wcast-qual -Wcast-align -Wpointer-arith \
        -Wformat=2 -Wdouble-promotion -Wimplicit-fallthrough $(WERROR)

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

ifeq ($(FLAGS_$(FLAVOR)),)
$(error FLAVOR=$(FLAVOR): expected one of release debug asan tsan cov fuzz)
endif

# Packages by who may include their headers; build-aux/deps.sh knows how to get them.
CORE_PKGS  := glib-2.0 jansson yaml-0.1
IO_PKGS    := zlib
HTTPD_PKGS := libmicrohttpd gnutls
KUBE_PKGS  := libcurl
TEST_PKGS  := cunit
PKGS       := $(CORE_PKGS) $(IO_PKGS) $(HTTPD_PKGS) $(KUBE_PKGS)

# pkg-config is asked when the first recipe needs the answer, and once: a machine that has none
# yet can still read this file.
once       = $(eval $(1) := $(2))$($(1))
PKG_CFLAGS = $(call once,PKG_CFLAGS,$(shell pkg-config --cflags $(PKGS)))
libs       = $(shell pkg-config --libs $(1))

# CPPFLAGS, CFLAGS, LDFLAGS and LDLIBS belong to whoever runs make; ours come first.
DEFINES    := -D_POSIX_C_SOURCE=200809L -DGLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_74 \
              -DGLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74
INCLUDES   := -Iinclude -I. -I$(B)
OUR_CFLAGS  = -std=c17 -ffp-contract=off -ffile-prefix-map=$(CURDIR)=. $(INCLUDES) $(DEFINES) \
              $(WARN) $(FLAGS_$(FLAVOR)) $(INSTRUMENT_$(FLAVOR)) $(PKG_CFLAGS)
COMPILE     = $(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK        = $(CC) $(INSTRUMENT_$(FLAVOR)) $(LDFLAGS)

CORE_LAYERS := base text model os cluster sched plugins wire
CORE_SRC  := $(sort $(foreach l,$(CORE_LAYERS),$(wildcard core/$(l)/*.c)))
IO_SRC    := $(sort $(wildcard core/io/*.c))
HTTPD_SRC := $(sort $(wildcard core/httpd/*.c))
KUBE_SRC  := $(sort $(wildcard core/kube/*.c))
EXT_SRC   := $(sort $(wildcard extender/*.c))
SIM_SRC   := $(sort $(wildcard simulator/*.c simulator/*/*.c simulator/*/*/*.c))
TEST_SRC  := $(sort $(wildcard tests/*.c tests/support/*.c tests/core/*.c tests/extender/*.c tests/simulator/*.c))
FUZZ_SRC  := $(sort $(wildcard tests/fuzz/fuzz_*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/bench_*.c))
SOAK_SRC  := $(sort $(wildcard tests/soak/*.c))
ALL_SRC   := $(CORE_SRC) $(IO_SRC) $(HTTPD_SRC) $(KUBE_SRC) $(EXT_SRC) $(SIM_SRC) $(TEST_SRC) \
             $(sort $(wildcard tests/fuzz/*.c)) $(BENCH_SRC) $(SOAK_SRC)
HEADERS   := $(sort $(wildcard include/mullion/*/*.h))
SOURCES   := $(ALL_SRC) $(sort $(shell find include core extender simulator tests -name '*.h' 2>/dev/null))
SCRIPTS   := $(sort $(wildcard build-aux/*.sh tests/*.sh tests/e2e/*.sh tests/e2e/live/*.sh tests/golden/*.sh)) .ci/run
obj        = $(patsubst %.c,$(B)/%.o,$(1))

CORE_LIB  := $(B)/libmullion-core.a
IO_LIB    := $(B)/libmullion-io.a
HTTPD_LIB := $(B)/libmullion-httpd.a
KUBE_LIB  := $(B)/libmullion-kube.a
LIBS      := $(HTTPD_LIB) $(KUBE_LIB) $(IO_LIB) $(CORE_LIB)
PROGRAMS  := $(if $(wildcard simulator/main.c),mullion kubectl-mullion) \
             $(if $(wildcard extender/main.c),mullion-extender)

# Found as "generated/...": the version, and files whose bytes a program carries (a row each;
# `#include "generated/scenarios/demo.yaml.inc"` inside the braces of an array).
EMBEDDED  := $(wildcard scenarios/demo.yaml scenarios/strategies/*.yaml)
GENERATED := $(B)/generated/version.h $(EMBEDDED:%=$(B)/generated/%.inc)

# What the tests link of the programs: everything but their main().
EXT_PARTS := $(call obj,$(filter-out extender/main.c,$(EXT_SRC)))
SIM_PARTS := $(call obj,$(filter-out simulator/main.c,$(SIM_SRC)))
REPLAYS   := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(B)/tests/fuzz/replay_%)

# `$(call say,CC)command`: one short line a command, or the command itself with V=1.
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$@';)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PRECIOUS: $(B)/%.o

# ---- what people call

.PHONY: all demo test install uninstall clean help
all: $(PROGRAMS:%=$(BIN)/%) $(LIBS) ## build the library and both programs
demo: all ## run the simulator on its built-in scenario
	$(BIN)/mullion demo
test: all $(B)/tests/run $(REPLAYS) ## run every test (SUITE=core_quantity for the unit tests of that name)
	@sh build-aux/run-tests.sh $(B) $(SUITE)
clean: ## remove build/
	rm -rf $(O)
help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

# ---- what is installed, and where

SHARE := $(O)/share
PAGES := $(if $(wildcard simulator/main.c),mullion.1) $(patsubst docs/man/%,%,$(wildcard docs/man/*.1))
SCHEMAS := $(if $(wildcard simulator/main.c),scenario strategy)
SHELLS := $(if $(wildcard simulator/main.c),bash zsh fish)
COMPLETION_bash := $(DATADIR)/bash-completion/completions/mullion
COMPLETION_zsh  := $(DATADIR)/zsh/site-functions/_mullion
COMPLETION_fish := $(DATADIR)/fish/vendor_completions.d/mullion.fish

install: all $(PAGES:%=$(SHARE)/man/%) $(SHELLS:%=$(SHARE)/completion/%) $(SCHEMAS:%=$(SHARE)/schema/%.schema.json) ## install under DESTDIR and PREFIX (/usr/local)
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(DATADIR)/mullion/schema \
	  $(foreach s,$(SHELLS),$(DESTDIR)$(dir $(COMPLETION_$(s))))
	$(INSTALL) -m 755 $(foreach p,$(filter-out kubectl-%,$(PROGRAMS)),$(BIN)/$(p)) $(DESTDIR)$(BINDIR)
	ln -sf mullion $(DESTDIR)$(BINDIR)/kubectl-mullion
	for p in $(PAGES); do $(INSTALL) -m 644 $(SHARE)/man/$$p $(DESTDIR)$(MANDIR)/man1 || exit; done
	$(foreach s,$(SHELLS),$(INSTALL) -m 644 $(SHARE)/completion/$(s) $(DESTDIR)$(COMPLETION_$(s)) &&) :
	for s in $(SCHEMAS); do $(INSTALL) -m 644 $(SHARE)/schema/$$s.schema.json $(DESTDIR)$(DATADIR)/mullion/schema || exit; done
	for f in $$(find scenarios -type f); do \
	  $(INSTALL) -d "$(DESTDIR)$(DATADIR)/mullion/$${f%/*}" && \
	  $(INSTALL) -m 644 "$$f" "$(DESTDIR)$(DATADIR)/mullion/$$f" || exit; done
uninstall: ## remove what install put there
	rm -f $(foreach p,mullion kubectl-mullion mullion-extender,$(DESTDIR)$(BINDIR)/$(p)) \
	  $(PAGES:%=$(DESTDIR)$(MANDIR)/man1/%) $(foreach s,$(SHELLS),$(DESTDIR)$(COMPLETION_$(s)))
	rm -rf $(DESTDIR)$(DATADIR)/mullion

# The simulator prints its own manual page, completions and schemas from its tables.
$(SHARE)/man/mullion.1: $(BIN)/mullion
	@mkdir -p $(@D)
	$(call say,MAN)$< man > $@
$(SHARE)/man/%.1: docs/man/%.1
	@mkdir -p $(@D)
	@cp $< $@
$(SHELLS:%=$(SHARE)/completion/%): $(BIN)/mullion
	@mkdir -p $(@D)
	$(call say,COMPL)$< completion $(@F) > $@

$(SHARE)/schema/%.schema.json: $(BIN)/mullion
	@mkdir -p $(@D)
	$(call say,SCHEMA)$< schema $* > $@

.PHONY: deb
deb: ## a Debian package in build/, with the service and its configuration
	@rm -rf $(O)/deb
	$(MAKE) install DESTDIR=$(abspath $(O)/deb) PREFIX=/usr
	@sh build-aux/deb.sh $(O)/deb $(O)

# ---- how it is built

.PHONY: deps deps-test deps-clang deps-lint force
deps: ## install what the build needs
	@CC='$(CC)' sh build-aux/deps.sh build
deps-test: | deps
	@CC='$(CC)' sh build-aux/deps.sh test
deps-clang: | deps
	@CC='$(CC)' sh build-aux/deps.sh clang
deps-lint: | deps-test
	@CC='$(CC)' sh build-aux/deps.sh lint

$(CORE_LIB): $(call obj,$(CORE_SRC))
$(IO_LIB): $(call obj,$(IO_SRC))
$(HTTPD_LIB): $(call obj,$(HTTPD_SRC))
$(KUBE_LIB): $(call obj,$(KUBE_SRC))
$(LIBS): | deps
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $^
$(B)/mullion: $(call obj,$(SIM_SRC)) $(KUBE_LIB) $(IO_LIB) $(CORE_LIB)
	$(call say,LINK)$(LINK) -o $@ $^ $(call libs,$(CORE_PKGS) $(IO_PKGS) $(KUBE_PKGS)) -lm -pthread $(LDLIBS)
$(B)/mullion-extender: $(call obj,$(EXT_SRC)) $(LIBS)
	$(call say,LINK)$(LINK) -o $@ $^ $(call libs,$(PKGS)) -lm -pthread $(LDLIBS)
$(B)/kubectl-mullion: $(B)/mullion
	@ln -sf mullion $@
$(O)/bin/%: $(B)/%
	@mkdir -p $(@D)
	@ln -f $< $@
$(O)/bin/kubectl-mullion: $(O)/bin/mullion
	@ln -sf mullion $@

$(B)/tests/run: $(call obj,$(TEST_SRC)) $(EXT_PARTS) $(SIM_PARTS) $(LIBS)
	$(call say,LINK)$(LINK) -o $@ $^ $(call libs,$(PKGS) $(TEST_PKGS)) -lm -pthread $(LDLIBS)
$(B)/tests/fuzz/replay_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o $(EXT_PARTS) $(SIM_PARTS) $(LIBS)
	$(call say,LINK)$(LINK) -o $@ $^ $(call libs,$(PKGS)) -lm -pthread $(LDLIBS)
$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(EXT_PARTS) $(SIM_PARTS) $(LIBS)
	$(call say,LINK)$(LINK) -fsanitize=fuzzer -o $@ $^ $(call libs,$(PKGS)) -lm -pthread $(LDLIBS)
$(B)/tests/bench/bench_watch: $(call obj,tests/support/kube_server.c tests/support/captures.c)
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(EXT_PARTS) $(SIM_PARTS) $(LIBS)
	$(call say,LINK)$(LINK) -o $@ $^ $(call libs,$(PKGS)) -lm -pthread $(LDLIBS)

SOAK_SUPPORT := captures certificates http_client kube_server scratch
$(B)/tests/soak/soak: $(call obj,$(SOAK_SRC) $(SOAK_SUPPORT:%=tests/support/%.c)) $(LIBS)
	$(call say,LINK)$(LINK) -o $@ $^ $(call libs,$(PKGS)) -lm -pthread $(LDLIBS)

$(call obj,$(TEST_SRC)): | deps-test
$(B)/%.o: %.c Makefile | deps $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC)$(COMPILE) -MMD -MP -c -o $@ $<
$(B)/generated/version.h: force
	@sh build-aux/version.sh $@
$(B)/generated/%.inc: % build-aux/embed.sh
	@mkdir -p $(@D)
	$(call say,EMBED)sh build-aux/embed.sh $< > $@

# ---- checks that need no running program

.PHONY: lint format format-check tidy headers layers globals lint-test shellcheck
lint: ## every static check
	$(MAKE) $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS)) \
	  lint-test format-check headers globals shellcheck tidy
format: | deps-lint ## rewrite every source file with clang-format
	clang-format -i $(SOURCES)
format-check: | deps-lint ## is every source file as clang-format writes it?
	@clang-format --dry-run --Werror $(SOURCES)
	@echo format ok
tidy: $(ALL_SRC:%.c=$(B)/%.tidy) ## clang-tidy over every source file
	@echo tidy ok
headers: layers | deps $(GENERATED) ## every public header compiles on its own
	@for h in $(HEADERS); do echo "#include \"$${h#include/}\"" | \
	  $(COMPILE) -fsyntax-only -x c - || exit; done; echo headers ok
layers: ## who includes and calls whom, sizes, names, tables
	@sh build-aux/lint.sh $(ALL_SRC)
globals: $(CORE_LIB) ## core holds nothing that can change
	@sh build-aux/globals.sh $<
lint-test: | deps-lint ## every static check fails on what it is there for
	@sh build-aux/lint-test.sh
shellcheck: | deps-lint ## the scripts
	@shellcheck $(SCRIPTS)
	@echo shellcheck ok

# As fresh as the object, which knows the headers it read.
$(B)/%.tidy: %.c $(B)/%.o .clang-tidy tests/.clang-tidy | deps-lint
	$(call say,TIDY)clang-tidy --quiet $< -- -std=c17 $(INCLUDES) $(DEFINES) $(PKG_CFLAGS) 2>$@.log || { cat $@.log; exit 1; }
	@touch $@

# ---- what takes longer

.PHONY: determinism e2e-live fuzz fuzz-all soak bench coverage coverage-report golden-update
determinism: all ## the same bytes twice, on one core and more, whatever locale, time zone and switches
	@sh tests/determinism.sh $(abspath $(B))
e2e-live: all ## against a real control plane: KUBE_SCHEDULER, KUBE_APISERVER and ETCD are paths of its programs
	@MULLION_BUILD=$(abspath $(B)) sh tests/e2e/live.sh
fuzz: | deps-clang ## fuzz each target for FUZZ_SECONDS (clang only)
	$(MAKE) FLAVOR=fuzz CC=clang fuzz-all
fuzz-all: $(FUZZ_SRC:%.c=$(B)/%)
	for t in $(FUZZ_SRC:tests/fuzz/fuzz_%.c=%); do mkdir -p $(B)/corpus/$$t; \
	  G_DEBUG=fatal-warnings $(B)/tests/fuzz/fuzz_$$t -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=1024 -timeout=10 \
	    -artifact_prefix=$(B)/ $(B)/corpus/$$t tests/fuzz/corpus/$$t || exit; done
soak: $(B)/mullion-extender $(B)/tests/soak/soak ## the extender among clients and servers that fail, for SOAK_SECONDS; memory stays flat
	@G_DEBUG=fatal-criticals G_SLICE=always-malloc ASAN_OPTIONS="quarantine_size_mb=16:$$ASAN_OPTIONS" \
	  MULLION_BUILD=$(abspath $(B)) $(B)/tests/soak/soak $(SOAK_SECONDS)
bench: all $(BENCH_SRC:%.c=$(B)/%) ## fixed work, measured; never part of the tests
	@for b in $(BENCH_SRC:%.c=$(B)/%); do MULLION_BUILD=$(B) $$b || exit; done
coverage: ## unit-test line coverage per file
	@find $(O)/cov-* -name '*.gcda' -delete 2>/dev/null || :
	$(MAKE) FLAVOR=cov test
	@$(MAKE) -s FLAVOR=cov coverage-report
coverage-report:
	@for f in $(CORE_SRC) $(IO_SRC) $(HTTPD_SRC) $(KUBE_SRC) $(EXT_SRC) $(SIM_SRC); do \
	  gcov -n -o $(B)/$${f%.c}.o $$f 2>/dev/null | sed -n "/File '$$(echo $$f | sed 's,/,\\/,g')'/{n;s|^Lines executed:\(.*\)% of \(.*\)|\1 \2 $$f|p;}"; \
	done | awk '{ printf "%6.1f%% of %5d  %s\n", $$1, $$2, $$3; hit += $$1 * $$2; all += $$2 } \
	  END { if (all) printf "%6.1f%% of %5d  together\n", hit / all, all }'
golden-update: all $(B)/tests/run $(REPLAYS) ## rewrite the expected outputs, then read the diff
	$(BIN)/mullion man --format markdown > docs/COMMANDS.md
	for s in $(SCHEMAS); do $(BIN)/mullion schema $$s > docs/schema/$$s.schema.json || exit; done
	$(BIN)/mullion audit --rules -o markdown > docs/AUDIT.md
	GOLDEN_UPDATE=1 sh build-aux/run-tests.sh $(B)
	git --no-pager diff --stat -- tests/golden docs/COMMANDS.md docs/AUDIT.md docs/tutorial

-include $(shell find $(B) -name '*.d' 2>/dev/null)
