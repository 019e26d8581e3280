FROM --platform=${BUILDPLATFORM:-linux/amd64} alpine:3.22 AS base
RUN adduser -D app

FROM base AS final
COPY site /site
