FROM debian:13-slim
ENV RUNTIME_VERSION=24.1.0
RUN ARCH= OPENSSL_ARCH= && dpkgArch="$(dpkg --print-architecture)" \
  && case "${dpkgArch##*-}" in \
    amd64) ARCH='x64' OPENSSL_ARCH='linux-x86_64';; \
    ppc64el) ARCH='ppc64le' OPENSSL_ARCH='linux-ppc64le';; \
    arm64) ARCH='arm64' OPENSSL_ARCH='linux-aarch64';; \
    armhf) ARCH='armv7l' OPENSSL_ARCH='linux-armv4';; \
    *) echo "unsupported architecture"; exit 1 ;; \
  esac \
  && apt-get update && apt-get install -y ca-certificates curl xz-utils \
  && curl -fsSLO "https://example.com/dist/v$RUNTIME_VERSION/runtime-v$RUNTIME_VERSION-linux-$ARCH.tar.xz" \
  && tar -xJf "runtime-v$RUNTIME_VERSION-linux-$ARCH.tar.xz" -C /usr/local --strip-components=1 \
  && find /usr/local/include/openssl/archs -mindepth 1 -maxdepth 1 ! -name "$OPENSSL_ARCH" -exec rm -rf {} \; \
  && runtime --version
CMD ["runtime"]
# platforms: linux/amd64,linux/arm64,linux/arm/v7,linux/ppc64le
