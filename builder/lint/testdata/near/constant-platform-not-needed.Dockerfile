FROM --platform=linux/amd64 debian:13 AS benchmark
COPY bench /bench
FROM debian:13
COPY app /app
