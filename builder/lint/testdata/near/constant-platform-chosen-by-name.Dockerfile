FROM --platform=linux/amd64 debian:13 AS for-amd64
RUN echo fast > /kind
FROM --platform=linux/arm64 debian:13 AS for-arm64
RUN echo small > /kind
FROM for-${TARGETARCH}
COPY app /app
