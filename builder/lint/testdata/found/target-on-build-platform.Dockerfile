FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS TARGETARCH
COPY . /src
RUN cd /src && GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /app .

FROM --platform=$BUILDPLATFORM debian:13-slim
COPY --from=build /app /usr/local/bin/app
ENTRYPOINT ["app"]
