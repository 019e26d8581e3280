FROM --platform=linux/amd64 ghcr.io/example/agent:1 AS agent-amd64
FROM --platform=linux/arm64 ghcr.io/example/agent:1 AS agent-arm64
FROM debian:13
COPY --from=agent-amd64 /agent /agents/a
COPY --from=agent-arm64 /agent /agents/b
