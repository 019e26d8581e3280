FROM ubuntu:24.04
RUN apt-get update && apt-get install -y --no-install-recommends libc6-dev:amd64 linux-headers-amd64
