# syntax=docker/dockerfile:1
FROM --platform=${BUILDPLATFORM} ubuntu:24.04 AS builder
SHELL ["/bin/bash", "-eux", "-o", "pipefail", "-c"]
RUN --mount=target=/var/lib/apt/lists,type=cache,sharing=locked --mount=target=/var/cache/apt,type=cache,sharing=locked \
  apt update && apt install -y --no-install-recommends build-essential curl python3-venv cmake
ENV HOME="/root"
ENV PATH="$HOME/.cargo/bin:$PATH"
ARG TARGETPLATFORM
RUN <<HEREDOC
  case "${TARGETPLATFORM}" in
    ( 'linux/arm64' ) CARGO_BUILD_TARGET='aarch64-unknown-linux-musl' ;;
    ( 'linux/amd64' ) CARGO_BUILD_TARGET='x86_64-unknown-linux-musl' ;;
    *) exit 1 ;;
  esac
  curl -sSf https://sh.example.com | sh -s -- -y
  rustup target add "${CARGO_BUILD_TARGET}"
  echo "${CARGO_BUILD_TARGET}" > target.txt
HEREDOC
COPY . .
RUN --mount=type=cache,target="target/",id="cargo-target",sharing=locked <<HEREDOC
  cargo zigbuild --release --target "$(cat target.txt)" --bin installer
  cp "target/$(cat target.txt)/release/installer" /installer
HEREDOC
FROM scratch
COPY --from=builder /installer /installer
ENTRYPOINT ["/installer"]
