FROM debian:13
ARG TARGETARCH=amd64
ADD https://example.com/tool-${TARGETARCH}.tar.gz /opt/
