FROM --platform=$BUILDPLATFORM debian:13 AS fetch
RUN arch="$(dpkg --print-architecture)" && curl -fsSL "https://example.com/s6-$arch.tar.xz" | tar -xJ -C /opt
FROM debian:13
COPY --from=fetch /opt /opt
