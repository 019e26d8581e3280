FROM --platform=$TARGETPLATFORM alpine:3.22 AS base-amd64
FROM --platform=$TARGETPLATFORM alpine:3.22 AS base-arm64
FROM base-$TARGETARCH
COPY app /app
