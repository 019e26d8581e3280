FROM buildpack-deps:trixie AS build
ENV PATH=/usr/local/lang/bin:$PATH
RUN set -eux; \
	now="$(date '+%s')"; \
	arch="$(dpkg --print-architecture)"; arch="${arch##*-}"; \
	url=; \
	case "$arch" in \
		'amd64') url='https://example.com/dl/lang1.26.linux-amd64.tar.gz'; sha256='aa' ;; \
		'armhf') url='https://example.com/dl/lang1.26.linux-armv6l.tar.gz'; sha256='bb' ;; \
		'arm64') url='https://example.com/dl/lang1.26.linux-arm64.tar.gz'; sha256='cc' ;; \
		*) echo >&2 "error: unsupported architecture '$arch'"; exit 1 ;; \
	esac; \
	wget -O lang.tgz "$url" --progress=dot:giga; \
	echo "$sha256 *lang.tgz" | sha256sum -c -; \
	tar -C /usr/local -xzf lang.tgz; \
	lang version
FROM buildpack-deps:trixie-scm
COPY --from=build --link /usr/local/lang/ /usr/local/lang/
WORKDIR /src
