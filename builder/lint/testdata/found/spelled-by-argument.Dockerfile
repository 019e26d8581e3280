ARG ARCH=x86_64
FROM alpine:3.22
ARG ARCH
ARG VERSION=2.1
RUN wget -O /tmp/t.tgz "https://example.com/dl/v${VERSION}/t-${VERSION}.${ARCH}.tgz" && tar -xf /tmp/t.tgz
