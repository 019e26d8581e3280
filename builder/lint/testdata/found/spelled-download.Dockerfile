FROM debian:13
RUN apt-get update && apt-get install -y curl
RUN curl -fsSL https://example.com/releases/kubectl-v1.34-linux-amd64.tar.gz \
  | tar -xz -C /usr/local/bin
