FROM debian:13-slim
ENV STORE_VERSION=8.2.1
RUN set -eux; \
    savedAptMark="$(apt-mark showmanual)"; \
    apt-get update; \
    apt-get install -y --no-install-recommends ca-certificates dpkg-dev gcc libc6-dev libssl-dev make wget; \
    wget -O store.tar.gz "https://example.com/releases/store-${STORE_VERSION}.tar.gz"; \
    mkdir -p /usr/src/store; tar -xzf store.tar.gz -C /usr/src/store --strip-components=1; \
    gnuArch="$(dpkg-architecture --query DEB_BUILD_GNU_TYPE)"; \
    flags="--build=$gnuArch"; \
    dpkgArch="$(dpkg --print-architecture)"; \
    case "${dpkgArch##*-}" in \
      amd64 | i386 | x32) flags="$flags --with-lg-page=12" ;; \
      *) flags="$flags --with-lg-page=16" ;; \
    esac; \
    make -C /usr/src/store -j "$(nproc)" all install; \
    rm -r /usr/src/store; \
    [ -z "$savedAptMark" ] || apt-mark manual $savedAptMark > /dev/null; \
    store-server --version
CMD ["store-server"]
