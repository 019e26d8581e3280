# syntax=docker/dockerfile:1
# The programs were compiled before; the folder of each is named like its platform.
FROM alpine:3.22
RUN apk add --no-cache ca-certificates tzdata
ARG TARGETPLATFORM
COPY out/$TARGETPLATFORM/proxy /
EXPOSE 80
ENTRYPOINT ["/proxy"]
