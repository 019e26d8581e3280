FROM --platform=$BUILDPLATFORM debian:13 AS build
ARG TARGETARCH
RUN apt-get update && apt-get install -y gcc-aarch64-linux-gnu libc6-dev-arm64-cross
RUN curl -fsSL https://example.com/protoc-linux-x86_64.zip -o /tmp/protoc.zip
COPY . /src
RUN /src/build.sh $TARGETARCH
FROM debian:13
COPY --from=build /out /out
