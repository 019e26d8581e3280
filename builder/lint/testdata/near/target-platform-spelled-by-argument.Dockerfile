FROM --platform=$BUILDPLATFORM alpine:3.22 AS files
COPY site /site

FROM --platform=$TARGETPLATFORM nginx:1.29
COPY --from=files /site /usr/share/nginx/html
