FROM alpine:3.22 AS build
RUN apk add gcc musl-dev make
COPY . /src
RUN make -C /src
FROM alpine:3.22
COPY --from=build /src/app /app
