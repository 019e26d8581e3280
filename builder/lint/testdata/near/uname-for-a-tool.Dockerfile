FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETARCH
RUN curl -fsSL "https://example.com/protoc-linux-$(uname -m).zip" -o /tmp/protoc.zip
COPY . /src
RUN cd /src && GOARCH=$TARGETARCH go build -o /app .
FROM alpine:3.22
COPY --from=build /app /app
