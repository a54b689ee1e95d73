# What every target does is in CONTRIBUTING.md. CI calls only these.

GO            ?= go
LINT_VERSION  := v2.10.1
FUZZTIME      ?= 30s
# Folders named testdata are left out of ./... by the go command; ours holds packages, but for the recorded sites.
# They come first, since the tests of the lab wait most of the time, and others can run beside them.
PACKAGES      := $(patsubst %/,./%/...,$(filter-out testdata/sites/,$(wildcard testdata/*/))) ./...
LDFLAGS       := -s -w
PLATFORMS     := linux/amd64 linux/arm64 windows/amd64 darwin/arm64
# Real programs that tests talk to. They are not needed to build or to run kanmon.
TEST_PROGRAMS := nmap snmpd snmp graphviz poppler-utils chromium iproute2 tcpdump
LAB           := $(GO) run ./testdata/lab/cmd/lab
# The race detector needs a C compiler; the tests do not.
RACE          := $(shell command -v cc >/dev/null 2>&1 && echo -race)
# Nothing in these runs beside anything else: it would find nothing there, and take ten times as long.
ALONE         := '^kanmon/(render|topology|discover/(routerconf|internal))(/|$$)'

.PHONY: all build test deps unit lab lab-deps lab-selftest test-lab lint fmt fuzz bench golden sample release clean

all: build

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o kanmon ./cmd/kanmon

test: deps lab-deps unit

# Installs the programs that the tests use, where apt-get and the rights are there.
# A test whose program is missing is skipped, and listed as skipped at the end.
deps:
	@missing=; for p in nmap snmpd snmpbulkwalk dot pdftotext chromium ip tcpdump; do \
	  PATH="$$PATH:/usr/sbin:/sbin" command -v $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(TEST_PROGRAMS) >/dev/null; \
	else echo "make test: not installed:$$missing; tests that need them are skipped. On Debian, as root: apt-get install $(TEST_PROGRAMS)"; fi

# Runs every test and lists what was skipped and why. The lab is tested where
# it can be made. Floods are smaller under the race detector, and made again
# without it.
unit:
	$(GO) vet $(PACKAGES)
	@if why=$$($(LAB) able 2>/dev/null); then export KANMON_LAB=1; \
	else echo "make test: the lab is not tested: $${why:-it needs Linux}"; fi; \
	all=$$($(GO) list $(PACKAGES)); test="$(GO) test -json -vet=off -timeout 30m"; \
	{ $$test -shuffle=on $(RACE) $$(echo "$$all" | grep -vE $(ALONE)); \
	  $$test -shuffle=on $$(echo "$$all" | grep -E $(ALONE)); \
	  $(if $(RACE),$$test -run Flood ./discover/pcap;) } | $(GO) run ./testdata/testreport

# Installs what the lab is made of, where apt-get and the rights are there.
# RUNLEVEL=1 keeps the daemons from being started on this machine.
lab-deps:
	@missing=$$($(LAB) missing 2>/dev/null); \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	else echo "the lab lacks packages. On Debian, as root: RUNLEVEL=1 apt-get install --no-install-recommends $$missing"; fi

# A hospital to try kanmon on: up, a shell on the auditor's machine, down.
lab: build lab-deps
	@dir=$$(mktemp -d) && $(GO) build -o $$dir/lab ./testdata/lab/cmd/lab && \
	trap "$$dir/lab down; rm -r $$dir" EXIT && $$dir/lab up && \
	echo "You are the auditor. exit ends the lab. For a start: kanmon sniff -i mirror0 --duration 30s -o evidence.jsonl" && \
	PATH="$(CURDIR):$$PATH" $$dir/lab shell

# Proves each element of the lab.
lab-selftest: lab-deps
	@dir=$$(mktemp -d) && $(GO) build -o $$dir/lab ./testdata/lab/cmd/lab && \
	trap "$$dir/lab -id selftest down; rm -r $$dir" EXIT && $$dir/lab -id selftest up && $$dir/lab -id selftest selftest

# The tests of the lab and those that run kanmon in it.
test-lab: lab-deps
	KANMON_LAB=1 $(GO) test -json -timeout 30m ./testdata/lab/... | $(GO) run ./testdata/testreport

# What is written for Windows and macOS alone is looked at too.
lint:
	@dir=$$(mktemp -d) && trap "rm -r $$dir" EXIT && \
	GOBIN=$$dir $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION) && \
	$$dir/golangci-lint run $(PACKAGES) && \
	for p in $(filter-out linux/%,$(PLATFORMS)); do echo "for $$p" && \
	  GOOS=$${p%/*} GOARCH=$${p#*/} CGO_ENABLED=0 $$dir/golangci-lint run ./cmd/... ./discover/... || exit; done

fmt:
	$(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION) fmt

# Fuzzes every fuzz function in turn for FUZZTIME each.
fuzz:
	@set -e; for pkg in $$($(GO) list $(PACKAGES)); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s $$pkg; done; done

# Measures kanmon beside other programs that read captures or ask SNMP agents, those that
# are installed (docs/benchmark.md), then runs the benchmarks of the packages.
bench:
	$(GO) run ./testdata/bench
	$(GO) run ./testdata/bench/agents
	$(GO) test -run '^$$' -bench . -benchmem $(PACKAGES)

# Rewrites the golden files. Look at the difference before committing it.
golden:
	$(GO) test ./cmd/kanmon/internal/cli -run '^TestGolden$$' -update
	git diff --stat -- '*/testdata/golden/*'

# Makes the evidence of the sample hospital again.
sample:
	$(GO) run ./testdata/sample/gen

release:
	rm -rf dist && mkdir dist
	set -e; for p in $(PLATFORMS); do os=$${p%/*}; arch=$${p#*/}; ext=; [ $$os = windows ] && ext=.exe; \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o dist/kanmon-$$os-$$arch$$ext ./cmd/kanmon; done
	mkdir dist/licences && cp LICENSE dist/licences/kanmon.txt && cp render/font/OFL.txt dist/licences/font-noto-sans-jp.txt
	for os in linux windows darwin; do \
	  GOOS=$$os $(GO) list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}' ./cmd/kanmon; done | sort -u | grep . | while read -r path dir; do \
	  cat "$$dir"/LICEN[CS]E* > "dist/licences/$$(echo $$path | tr / -).txt"; done
	cd dist && sha256sum kanmon-* > SHA256SUMS

clean:
	rm -rf kanmon dist kanmon-demo
