FROM alpine:3.22
RUN --mount=type=cache,sharing=locked,target=/var/cache/apk apk add python3 py3-pip
