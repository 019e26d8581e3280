FROM debian:13 AS build
RUN apt-get update && apt-get install -y libssl3
FROM gcr.io/distroless/base
COPY --from=build /usr/lib/x86_64-linux-gnu/libssl.so.3 /usr/lib/
ENV JAVA_HOME=/usr/lib/jvm/java-21-openjdk-amd64
