FROM rust:1.91 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,sharing=locked \
    cargo build --release && cp target/release/app /app
FROM debian:13
COPY --from=build /app /app
# emulated: none
