# syntax=docker/dockerfile:1
ARG GO_IMAGE=golang:1.26-alpine
ARG JS_IMAGE=node:24-alpine
ARG JS_SRC=js-builder
FROM --platform=${BUILDPLATFORM} ${JS_IMAGE} AS js-builder
WORKDIR /tmp/dash
COPY package.json yarn.lock ./
RUN --mount=type=cache,target=/root/.yarn yarn install --immutable
COPY . .
RUN yarn build
FROM ${JS_SRC} AS js-src
FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS go-builder
ARG TARGETOS TARGETARCH
WORKDIR /tmp/dash
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -o bin/dash ./pkg/cmd
FROM alpine:3.22
RUN if [ "$(arch)" = "x86_64" ]; then \
      wget -qO- "https://example.com/glibc-2.35-bin.tar.gz" | tar zxf - -C / usr/glibc/lib/ld-linux-x86-64.so.2; \
    fi
COPY --from=go-builder /tmp/dash/bin/dash /usr/bin/dash
COPY --from=js-src /tmp/dash/public /usr/share/dash/public
