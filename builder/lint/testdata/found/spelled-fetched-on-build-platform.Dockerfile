FROM --platform=$BUILDPLATFORM alpine:3.22 AS fetch
RUN wget -O /tini https://example.com/tini/v0.19/tini-amd64
FROM alpine:3.22
COPY --from=fetch /tini /sbin/tini
