FROM elixir:1.19 AS build
COPY . /src
RUN cd /src && mix deps.get && mix release
FROM debian:13
COPY --from=build /src/_build/prod/rel /app
