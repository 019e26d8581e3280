FROM golang:1.26
COPY . /src
RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/root/.npm \
    cd /src && go vet ./...
