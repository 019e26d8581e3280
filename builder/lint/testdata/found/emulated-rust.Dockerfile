FROM rust:1.91-slim AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked
FROM debian:13-slim
COPY --from=build /src/target/release/app /usr/local/bin/app
