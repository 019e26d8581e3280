FROM --platform=$BUILDPLATFORM golang:1.26 AS deps
ARG TARGETARCH
RUN go env -w GOARCH=$TARGETARCH

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
COPY . /src
RUN cd /src && GOARCH=$TARGETARCH go build -o /app .

FROM alpine:3.22
COPY --from=build /app /app
