FROM --platform=$BUILDPLATFORM rust:1.91 AS build
COPY . /src
RUN --mount=type=cache,id=target-$TARGETPLATFORM,target=/src/target cargo fetch
FROM debian:13
COPY --from=build /src/LICENSE /LICENSE
