ARG PLAT=linux/amd64
FROM --platform=$PLAT golang:1.26 AS build
COPY . .
RUN go build -o /app .
FROM --platform=${PLAT} debian:13-slim
COPY --from=build /app /app
