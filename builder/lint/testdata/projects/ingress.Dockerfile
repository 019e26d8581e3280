ARG BASE_IMAGE=registry.example.com/nginx:1
FROM ${BASE_IMAGE}
ARG TARGETARCH
ARG VERSION
LABEL org.opencontainers.image.version="${VERSION}"
RUN apk update && apk upgrade && apk add --no-cache diffutils && rm -rf /var/cache/apk/*
COPY --chown=www-data:www-data bin/${TARGETARCH}/controller /
RUN bash -xeu -c ' \
  writeDirs=( /etc/ingress/ssl /var/log/nginx ); \
  for dir in "${writeDirs[@]}"; do \
    mkdir -p ${dir}; chown -R www-data ${dir}; \
  done'
USER www-data
CMD ["/controller"]
