ARG BUILDPLATFORM=linux/arm64
FROM --platform=$BUILDPLATFORM alpine:3.22 AS files
COPY site /site
FROM alpine:3.22
COPY --from=files /site /site
