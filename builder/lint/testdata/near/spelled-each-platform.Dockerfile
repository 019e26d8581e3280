FROM debian:13-slim
COPY out/tool_amd64.deb /packages/
COPY out/tool_arm64.deb /packages/
ADD https://x.example/agent-linux-x86_64.tgz /agents/
RUN true
ADD https://x.example/agent-linux-aarch64.tgz /agents/
RUN curl -fsSLO https://y.example/z-linux-amd64.tgz
RUN curl -fsSLO https://y.example/z-linux-arm64.tgz
