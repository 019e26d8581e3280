FROM --platform=linux/amd64 example.com/tools/webhook:1 AS tools
FROM debian:13-slim
COPY --from=tools /web-vault /usr/local/bin/webhook /out/
