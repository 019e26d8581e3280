FROM debian:13 AS base
ARG TARGETARCH
RUN echo "$TARGETARCH" > /arch
FROM base
RUN echo "again $TARGETARCH" >> /arch
