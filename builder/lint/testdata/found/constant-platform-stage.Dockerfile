FROM --platform=linux/amd64 debian:13 AS tools
COPY tool.c /
RUN make /tool

FROM debian:13
COPY --from=tools /tool /usr/bin/tool
