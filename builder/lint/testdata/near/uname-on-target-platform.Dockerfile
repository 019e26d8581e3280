FROM alpine:3.22 AS fetch
RUN wget -O /tool "https://example.com/tool-$(uname -m)"
FROM alpine:3.22
COPY --from=fetch /tool /usr/bin/tool
