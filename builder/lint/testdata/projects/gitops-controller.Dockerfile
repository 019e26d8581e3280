ARG BASE=docker.io/library/ubuntu:24.04
FROM docker.io/library/golang:1.26 AS tools
# renovate: binaryArch=amd64
ARG GIT_VERSION=1:2.47
RUN apt-get update && apt-get install --no-install-recommends -y git=${GIT_VERSION} make gcc zip && rm -rf /var/lib/apt/lists/*
COPY hack/install.sh ./
RUN ./install.sh helm && PREFIX=/usr/local/bin ./install.sh kustomize

FROM $BASE AS base
RUN groupadd -g 999 ctl && useradd -r -u 999 -g ctl ctl
COPY --from=tools /usr/local/bin/helm /usr/local/bin/helm

FROM --platform=$BUILDPLATFORM docker.io/library/node:24 AS ui
WORKDIR /src
COPY ui/ .
RUN corepack enable && pnpm install --frozen-lockfile && NODE_ENV=production pnpm build

FROM --platform=$BUILDPLATFORM docker.io/library/golang:1.26 AS build
WORKDIR /go/src/ctl
COPY . .
COPY --from=ui /src/dist /go/src/ctl/ui/dist
ARG TARGETOS \
    TARGETARCH
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH make all

FROM base
COPY --from=build /go/src/ctl/dist/ctl* /usr/local/bin/
USER 999
