FROM golang:1.26 AS build
ENV CGO_ENABLED=0
WORKDIR /src
COPY . .
RUN make app
FROM debian:13
COPY --from=build /src/app /usr/local/bin/
