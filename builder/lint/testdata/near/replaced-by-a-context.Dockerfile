FROM --platform=linux/amd64 debian:13 AS tools
RUN curl -fsSL https://example.com/tool-linux-amd64 -o /usr/bin/tool
FROM debian:13
COPY --from=tools /usr/bin/tool /usr/bin/tool
# contexts: tools=docker-image://ghcr.io/example/tools:1
