FROM debian:13-slim
COPY out/tool_amd64.deb /packages/
ADD https://x.example/agent-linux-aarch64.tgz /agents/
