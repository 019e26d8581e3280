FROM --platform=$BUILDPLATFORM alpine:3.22 AS xx-build
RUN apk add -U --no-cache git && git clone https://github.com/tonistiigi/xx && mkdir -p /out && cp xx/src/xx-* /out/
FROM scratch AS xx
COPY --from=xx-build /out/ /usr/bin/
FROM --platform=$BUILDPLATFORM alpine:3.22 AS tags
ARG TARGETPLATFORM
ENV RELEASES=https://example.com/releases/v2/
RUN <<EOT
    PLATFORM=$(echo ${TARGETPLATFORM} | tr '/' '-')
    FILE=tags-${PLATFORM}.tar.gz
    wget ${RELEASES}${FILE}
    mkdir /tags && tar -xzf ${FILE} -C /tags
EOT
FROM --platform=$BUILDPLATFORM node:24-alpine AS ui
WORKDIR /app
COPY ui/ ./
RUN npm ci && npm run build -- --outDir=/build
FROM --platform=$BUILDPLATFORM golang:1.26-trixie AS base
WORKDIR /src
RUN apt-get update && apt-get install -y clang lld
COPY --from=xx / /
FROM --platform=$BUILDPLATFORM base AS build
ARG TARGETPLATFORM
RUN xx-apt install -y binutils gcc g++ libc6-dev zlib1g-dev
RUN --mount=type=bind,source=. --mount=from=ui,source=/build,target=./ui/build,ro \
    --mount=type=cache,target=/root/.cache --mount=from=tags,target=/tags,src=/tags,ro <<EOT
    xx-go --wrap
    export CGO_ENABLED=1
    if [ "$(xx-info os)" != "darwin" ]; then
        export CC=$(xx-info)-gcc
    fi
    go build -tags=netgo -o /out/music .
EOT
FROM alpine:3.22 AS final
RUN apk add -U --no-cache ffmpeg mpv
COPY --from=build /out/music /app/
ENTRYPOINT ["/app/music"]
# platforms: linux/amd64,linux/arm64,linux/arm/v6,linux/arm/v7
