FROM --platform=$BUILDPLATFORM golang:1.26 AS build
COPY . /src
RUN cd /src && CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -o /app .
FROM alpine:3.22
COPY --from=build /app /app
