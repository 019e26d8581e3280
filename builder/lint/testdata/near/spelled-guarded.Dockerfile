FROM debian:13
RUN if [ "$(uname -m)" = x86_64 ]; then curl -fsSL https://example.com/fast-x86_64.so -o /usr/lib/fast.so; fi
RUN [ "$(dpkg --print-architecture)" != amd64 ] || curl -fsSL https://example.com/extra-amd64.deb -o /tmp/extra.deb
