# syntax=docker/dockerfile-upstream:master
ARG GO_VERSION=1.26
ARG ALPINE_VERSION=3.22
FROM alpine:${ALPINE_VERSION} AS alpine-amd64
FROM alpine:${ALPINE_VERSION} AS alpine-arm64
FROM alpine:edge AS alpine-riscv64
FROM alpine-$TARGETARCH AS alpinebase
FROM --platform=$BUILDPLATFORM tonistiigi/xx:1.7 AS xx
FROM --platform=$BUILDPLATFORM golang:${GO_VERSION}-alpine${ALPINE_VERSION} AS golatest
FROM golatest AS gobase
WORKDIR /src
RUN apk add --no-cache file bash clang lld musl-dev pkgconfig git make
COPY --link --from=xx / /
FROM gobase AS version
RUN --mount=target=. VERSION=$(git describe --always) && echo "$VERSION" > /tmp/.version
FROM gobase AS daemon
ARG TARGETPLATFORM
RUN --mount=target=. --mount=target=/root/.cache,type=cache \
  --mount=source=/tmp/.version,target=/tmp/.version,from=version <<EOT
  set -ex
  xx-go build -o /usr/bin/daemond ./cmd/daemond
  xx-verify --static /usr/bin/daemond
  if [ "$(xx-info os)" = "linux" ]; then /usr/bin/daemond --version; fi
EOT
FROM --platform=$BUILDPLATFORM alpine:${ALPINE_VERSION} AS plugins
RUN apk add --no-cache curl
ARG TARGETOS
ARG TARGETARCH
WORKDIR /opt/bin
RUN curl -Ls https://example.com/plugins-${TARGETOS}-${TARGETARCH}.tgz | tar xzv
FROM scratch AS binaries-linux
COPY --link --from=daemon /usr/bin/daemond /
COPY --link --from=plugins /opt/bin/ /
FROM binaries-$TARGETOS AS binaries
FROM alpinebase AS daemon-linux
RUN apk add --no-cache fuse3 git && ln -s fusermount3 /usr/bin/fusermount
COPY --link --from=binaries / /usr/bin/
ENTRYPOINT ["daemond"]
FROM daemon-$TARGETOS
# platforms: linux/amd64,linux/arm64,linux/riscv64
