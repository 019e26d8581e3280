FROM golang:1.26 AS build
COPY . /src
RUN cd /src && CGO_ENABLED=1 go build -o /app .
FROM debian:13
COPY --from=build /app /app
