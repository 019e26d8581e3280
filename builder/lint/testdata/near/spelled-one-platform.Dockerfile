FROM debian:13
RUN curl -fsSL https://example.com/tool-linux-amd64 -o /usr/bin/tool
# platforms: linux/amd64
