FROM golang:1.26 AS build
ENV CGO_ENABLED=1
COPY . /src
RUN make -C /src
FROM debian:13
COPY --from=build /src/app /app
