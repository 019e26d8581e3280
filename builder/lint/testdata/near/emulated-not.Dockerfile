FROM golang:1.26 AS build
COPY . /src
RUN cd /src && go build -o /app .
FROM debian:13
COPY --from=build /app /app
# emulated: none
