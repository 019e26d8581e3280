FROM debian:13
LABEL note="tested on amd64"
RUN echo "built for amd64 and friends: armor, charm, farm64bit" > /note
COPY docs/alarm.md /docs/
COPY --from=ghcr.io/example/tools:linux /x /x
