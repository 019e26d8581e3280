# Every target runs without questions and without standard input. `make help` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

GO ?= go
# the version comes from the linker flags below, so a checkout whose owner git distrusts builds too
export GOFLAGS := $(GOFLAGS) -buildvcs=false

MODULE  := github.com/docker-multiplat/docker-multiplat
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo v0.0.0-dev)
COMMIT  ?= $(shell git rev-parse HEAD 2>/dev/null)
LDFLAGS := -s -w -X $(MODULE)/plugin/internal/version.Version=$(VERSION) -X $(MODULE)/plugin/internal/version.Commit=$(COMMIT)
# without cgo, as the released binaries: it runs where there is no glibc, such as in Alpine
# what drivers, policies, bake files and traces bring along is large, and none of it is in a hot path, nor is what reads
# command lines and words results: it is not inlined, which keeps the binary below that of buildx
SMALL   := $(foreach m,k8s.io github.com/open-policy-agent github.com/aws github.com/zclconf github.com/hashicorp \
           github.com/compose-spec github.com/lestrrat-go github.com/go-openapi github.com/sigstore github.com/vektah \
           github.com/theupdateframework mvdan.cc/sh github.com/moby/buildkit/frontend/dockerfile github.com/moby/buildkit/client github.com/moby/buildkit/solver sigs.k8s.io \
           go.opentelemetry.io github.com/ProtonMail github.com/google/certificate-transparency-go \
           github.com/google/go-containerregistry github.com/moby/moby github.com/spf13 github.com/gogo \
           google.golang.org/genproto github.com/in-toto github.com/secure-systems-lab go.yaml.in gopkg.in \
           $(MODULE)/plugin $(MODULE)/builder github.com/docker/cli github.com/docker/buildx github.com/containerd \
           google.golang.org/grpc github.com/pelletier github.com/json-iterator github.com/santhosh-tekuri \
           github.com/fxamacker github.com/cloudflare golang.org/x/text,-gcflags=$(m)/...=-l)
# no list of requests for a web page that nobody serves (golang.org/x/net/trace)
BUILD   := CGO_ENABLED=0 $(GO) build -trimpath -tags grpcnotrace $(SMALL) -ldflags "$(LDFLAGS)"

PLUGINS := $(or $(DOCKER_CONFIG),$(HOME)/.docker)/cli-plugins
LAB     := e2e/lab/lab
CROSS   := linux-amd64 linux-arm64 linux-arm-v7 linux-s390x linux-ppc64le linux-riscv64 \
           darwin-amd64 darwin-arm64 windows-amd64 windows-arm64

# tools are shared by all clones of one user
LINT_VERSION := v2.15.0
TOOLS        := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/docker-multiplat/bin
LINT         := $(TOOLS)/golangci-lint-$(LINT_VERSION)

# the packagers are tools, too: they do not enter the modules of the plugin
NFPM_VERSION      := v2.44.0
CYCLONEDX_VERSION := v1.10.0
NFPM              := $(TOOLS)/nfpm-$(NFPM_VERSION)
CYCLONEDX         := $(TOOLS)/cyclonedx-gomod-$(CYCLONEDX_VERSION)
CRANE_VERSION      := v0.22.1
CRANE              := $(TOOLS)/crane-$(CRANE_VERSION)
REGCTL_VERSION     := v0.11.1
REGCTL             := $(TOOLS)/regctl-$(REGCTL_VERSION)
ACTIONLINT_VERSION := v1.7.12
ACTIONLINT         := $(TOOLS)/actionlint-$(ACTIONLINT_VERSION)
# the time in packages is that of the commit
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

.PHONY: help build install demo lab lab-kubernetes e2e-kubernetes test test-unit e2e lint fmt docs validate bench bench-scale farm-simulation drill drill-sample drill-short drill-lab drill-race cross clean \
        packages reproducible reproducible-image image pictures workflows fuzz vulnerabilities

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build the plugin into bin/
	$(BUILD) -o bin/docker-multiplat ./cmd/docker-multiplat

install: build ## install the plugin for the Docker CLI of this user (or into DOCKER_CONFIG)
	install -D -m 755 bin/docker-multiplat "$(PLUGINS)/docker-multiplat"
	@if ! command -v docker >/dev/null; then echo 'There is no docker in PATH: install the Docker CLI, which runs the plugin.'; \
	elif ! docker multiplat version >/dev/null 2>&1; then \
		echo 'docker does not find the plugin in $(PLUGINS): it looks in cli-plugins below DOCKER_CONFIG, else below'; \
		echo 'the HOME of who runs it. Run docker as this user, or install it for theirs: make install DOCKER_CONFIG=FOLDER'; \
	elif ! docker multiplat version 2>/dev/null | grep -qF '$(VERSION)'; then \
		echo 'docker runs another docker-multiplat than the one in $(PLUGINS); docker info lists where its plugins are.'; fi

lab: ## start engines, registry and emulators for e2e and demo (Debian, root; some minutes the first time)
	$(LAB) up

demo: lab build ## four platforms from a Dockerfile to one tag, each tested, on the lab
	e2e/demo/run

test: lab test-unit drill-sample e2e ## run every test there is, set-up included

# what has tests that are not run with the race detector, for a reason that stands at the top of their files
UNRACED := ./plugin ./builder/localtest/structure ./manifest/audit ./manifest/inventory
test-unit: ## run the tests that need no engine, with the race detector
	$(GO) test -race -timeout 30m ./plugin ./... # what takes longest begins first
	$(GO) test -run 'TestTwo|TestLimitsOf' $(UNRACED)

ROUNDS ?= 60
drill-race: ## measure how often two publishers of one tag lose a platform unheard (ROUNDS=60: ten minutes)
	MULTIPLAT_ROUNDS=$(ROUNDS) $(GO) test -tags drill -count=1 -v -timeout 60m -run 'TestTagRaceDrill$$' ./plugin | grep rounds

# a package with drills is in this list; its drills call drilltest.Run, which enters their rows into the table
DRILLS := ./plugin/internal/drill ./plugin
TAGS   := drill
TRIES  ?= 2000
SEED   ?=
ONLY   ?= TestDrill
SHORT  ?=
TARGET := drill
drill: build ## break everything on purpose (TRIES=2000: hours; SEED= and ONLY= repeat what failed)
	@table=$$(mktemp); status=0; \
	MULTIPLAT="$(CURDIR)/bin/docker-multiplat" DRILL_TRIES='$(TRIES)' DRILL_SEED='$(SEED)' DRILL_SHORT='$(SHORT)' \
	  DRILL_TABLE="$$table" DRILL_TARGET='$(TARGET)' $(GO) test -tags $(TAGS) -count=1 -v -timeout 0 -p 1 -parallel 8 -run '$(value ONLY)' $(DRILLS) | \
	  grep -v -e '^=== ' -e '--- PASS' || status=$$?; \
	printf '%s\n' '' '| drill | tries | faults | finished at once | failures | time |' '|---|---|---|---|---|---|'; \
	cat "$$table"; \
	if ! test -s "$$table"; then echo 'no drill is called $(value ONLY)' >&2; status=1; fi; \
	rm -f "$$table"; exit "$$status"

drill-short: ## a sample of the drills, in some minutes
	$(MAKE) drill TRIES=20 SHORT=yes

drill-sample: ## what continuous integration runs of the drills: half a minute, the same each time
	$(MAKE) drill DRILLS=./plugin/internal/drill TRIES=16 SHORT=yes SEED=1 ONLY='^Test(Checker.*|Drill)$$/^(passing|broken)'

drill-lab: lab ## the drills that need an engine, on the lab
	$(MAKE) drill DRILLS=./e2e TAGS=e2e,drill TARGET=drill-lab

e2e: lab build ## run the scenarios against real engines, BuildKit, registry and QEMU
	$(GO) test -tags e2e -race -count=1 -parallel 3 -timeout 50m ./e2e/... # scenarios wait for engines most of the time

lab-kubernetes: lab ## start a real Kubernetes with two nodes beside the lab (compiles for ten minutes the first time)
	$(LAB) kubernetes

e2e-kubernetes: lab-kubernetes build ## run the scenarios that need the Kubernetes of the lab; no other target does
	$(GO) test -tags e2e,kubernetes -race -count=1 -timeout 40m -run 'Kubernetes' ./e2e/

lint: $(LINT) ## check style and structure
	$(LINT) run --allow-serial-runners ./...

fmt: $(LINT) ## format the code
	$(LINT) fmt ./...

$(LINT):
	GOFLAGS= GOBIN="$(TOOLS)" $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv "$(TOOLS)/golangci-lint" "$@"

docs: ## generate the reference pages
	$(GO) generate ./docs/...

validate: docs workflows ## check modules, workflows, vet, and that generated pages are up to date
	$(GO) mod tidy -diff
	$(GO) mod verify
	$(GO) vet ./...
	$(GO) vet -tags e2e,drill,kubernetes ./...
	git diff --exit-code -- docs

pictures: lab build ## make the pictures of README.md, of a real run on the lab (with chromium)
	e2e/pictures/run

STORE ?= containerd
bench: $(CRANE) $(REGCTL) ## measure against the ways people do it by hand, on the lab (BENCH='-what merge' STORE=overlay2)
	$(MAKE) lab build
	eval "$$($(LAB) env --store $(STORE))" && CRANE="$(CRANE)" REGCTL="$(REGCTL)" $(GO) run ./e2e/bench $(BENCH)

$(CRANE):
	GOFLAGS= GOBIN="$(TOOLS)" $(GO) install github.com/google/go-containerregistry/cmd/crane@$(CRANE_VERSION)
	mv "$(TOOLS)/crane" "$@"

$(REGCTL):
	GOFLAGS= GOBIN="$(TOOLS)" $(GO) install github.com/regclient/regclient/cmd/regctl@$(REGCTL_VERSION)
	mv "$(TOOLS)/regctl" "$@"

bench-scale: ## measure how time and memory grow with targets, layers, platforms and bytes (BENCH='-large 4096': 20 GB)
	$(MAKE) bench BENCH='-what scale -rounds 3 $(BENCH)'

farm-simulation: ## print how busy a simulated farm is, and what the client needs (some minutes, on a quiet machine)
	FARM_SIMULATION=1 $(GO) test -count=1 -timeout 15m -run TestFarmSimulation -v ./builder/ | grep platforms:

BINARIES := $(CROSS:%=bin/cross/docker-multiplat-%)
.PHONY: $(BINARIES)
cross: $(BINARIES) ## build for every supported platform into bin/cross/, with their sums
	cd bin/cross && sha256sum -- docker-multiplat-* >SHA256SUMS

packages: cross $(NFPM) $(CYCLONEDX) ## deb and rpm packages and SBOMs of them, in bin/cross/
	VERSION="$(VERSION)" SOURCE_DATE_EPOCH="$(SOURCE_DATE_EPOCH)" NFPM="$(NFPM)" CYCLONEDX="$(CYCLONEDX)" .release/package

$(NFPM):
	GOFLAGS=-trimpath GOBIN="$(TOOLS)" $(GO) install github.com/goreleaser/nfpm/v2/cmd/nfpm@$(NFPM_VERSION)
	mv "$(TOOLS)/nfpm" "$@"

$(CYCLONEDX):
	GOFLAGS=-trimpath GOBIN="$(TOOLS)" $(GO) install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$(CYCLONEDX_VERSION)
	mv "$(TOOLS)/cyclonedx-gomod" "$@"

reproducible: $(NFPM) $(CYCLONEDX) ## build the release twice, in two places, and compare (CROSS=... for some of it)
	.release/reproducible $(CROSS)

comma := ,
reproducible-image: $(NFPM) $(CYCLONEDX) ## the same for the platforms of our image, and of it, with the plugin that is installed
	IMAGE_TOO=yes .release/reproducible $(subst /,-,$(subst $(comma), ,$(IMAGE_PLATFORMS)))

IMAGE           ?= docker-multiplat/docker-multiplat:$(VERSION)
IMAGE_PLATFORMS ?= linux/amd64,linux/arm64
IMAGE_BASE      ?= docker:29-cli
IMAGE_TEST      ?= docker multiplat version
IMAGE_FLAGS     ?=
IMAGE_BINARIES  := $(addprefix bin/cross/docker-multiplat-,$(subst /,-,$(subst $(comma), ,$(IMAGE_PLATFORMS))))
.PHONY: $(IMAGE_BINARIES)
image: $(IMAGE_BINARIES) ## the Docker CLI with the plugin as an image: built and tested by the plugin, a draft to publish
	docker multiplat build --reproducible="$(SOURCE_DATE_EPOCH)" --platform "$(IMAGE_PLATFORMS)" -t "$(IMAGE)" \
	  -f .release/Dockerfile --build-arg "BASE=$(IMAGE_BASE)" --test "$(IMAGE_TEST)" --metadata-file bin/image.json \
	  $(IMAGE_FLAGS) bin/cross

$(sort $(BINARIES) $(IMAGE_BINARIES)): bin/cross/docker-multiplat-%:
	rm -f "$@"*
	IFS=- read -r os arch variant <<<"$*"; suffix=; [[ $$os != windows ]] || suffix=.exe; \
	GOOS=$$os GOARCH=$$arch GOARM=$${variant#v} $(BUILD) -o "$@$$suffix" ./cmd/docker-multiplat

workflows: $(ACTIONLINT) ## check the workflows of the project
	$(ACTIONLINT) -shellcheck= -pyflakes=

$(ACTIONLINT):
	GOFLAGS= GOBIN="$(TOOLS)" $(GO) install github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT_VERSION)
	mv "$(TOOLS)/actionlint" "$@"

GOVULNCHECK_VERSION := v1.9.0
GOVULNCHECK         := $(TOOLS)/govulncheck-$(GOVULNCHECK_VERSION)
VULNERABILITIES     ?= https://vuln.go.dev
# it ends with 3 where it has found something; where it could not look that must not be taken for having found nothing
vulnerabilities: $(GOVULNCHECK) ## look for known vulnerabilities in what the plugin calls (VULNERABILITIES=: where they are listed)
	@status=0; "$(GOVULNCHECK)" -db "$(VULNERABILITIES)" ./... || status=$$?; case $$status in \
	0|3) ;; \
	*) echo 'Nothing was looked for: the list of vulnerabilities at $(VULNERABILITIES) was not read; see above.' \
	  'VULNERABILITIES=file:///FOLDER reads a copy of it.' >&2 ;; \
	esac; exit $$status

$(GOVULNCHECK):
	GOFLAGS= GOBIN="$(TOOLS)" $(GO) install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)
	mv "$(TOOLS)/govulncheck" "$@"

# seeds and found inputs, which are kept below testdata/fuzz, are tried by every test run; the nightly workflow looks for
# more, since all targets together take a quarter of an hour; each is made smaller a few times only, which would take the
# whole time otherwise
FUZZTIME ?= 20s
fuzz: ## fuzz each target there is for FUZZTIME (20s; give hours)
	failed=; while IFS=: read -r file name; do \
	  $(GO) test -run '^$$' -fuzz "^$${name#func }\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x \
	    "./$$(dirname "$$file")" || failed="$$failed $$name"; \
	done < <(grep -roE '^func Fuzz[A-Za-z0-9_]+' --include=*_test.go .); \
	if [ -n "$$failed" ]; then echo "failed:$${failed//func/}" >&2; exit 1; fi

clean: ## remove what was built, and the lab's state
	rm -rf bin
	$(LAB) clean
