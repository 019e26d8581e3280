# syntax=docker/dockerfile:1
FROM --platform=linux/amd64 docker.io/tonistiigi/xx AS xx
FROM --platform=$BUILDPLATFORM docker.io/example/web-vault:2026 AS vault
FROM --platform=$BUILDPLATFORM docker.io/library/rust:1.91-slim AS build
COPY --from=xx / /
ARG TARGETARCH
ARG TARGETVARIANT
ARG TARGETPLATFORM
RUN apt-get update && apt-get install -y clang pkg-config && xx-apt-get install -y gcc libpq-dev libssl-dev
WORKDIR /app
COPY . .
RUN case "${TARGETARCH}${TARGETVARIANT}" in \
      armv6) export RUSTFLAGS='-Clink-arg=-latomic' ;; \
    esac; \
    xx-cargo build --release && cp target/$(xx-cargo --print-target-triple)/release/vault /vaultd
FROM --platform=$TARGETPLATFORM docker.io/library/debian:13-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl libpq5
COPY --from=vault /web-vault /web-vault
COPY --from=build /vaultd /vaultd
CMD ["/vaultd"]
# platforms: linux/amd64,linux/arm64,linux/arm/v7
