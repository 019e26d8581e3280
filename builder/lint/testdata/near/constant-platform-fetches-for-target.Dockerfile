FROM --platform=linux/amd64 debian:13 AS helper
ARG TARGETARCH
RUN apt-get update && apt-get install -y curl bzip2
RUN curl -fsSL https://x.example/tool_linux_$TARGETARCH.bz2 | bunzip2 > /tool
FROM debian:13-slim
COPY --from=helper /tool /usr/bin/tool
