FROM debian:13
RUN apt-get update && apt-get install -y curl \
 && curl -fsSL -o /usr/bin/tool \
      "https://example.com/tool-linux-${TARGETARCH}" \
 && chmod +x /usr/bin/tool
