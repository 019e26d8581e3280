FROM debian:13
RUN TARGETARCH="$(dpkg --print-architecture)"; \
    echo "for $TARGETARCH" > /arch; \
    echo 'literally $TARGETVARIANT' >> /arch
RUN <<'EOT'
TARGETOS=linux
echo "$TARGETOS" >> /arch
EOT
