FROM debian:13-slim
ARG TARGETARCH
RUN echo "deb [arch=$(dpkg --print-architecture) signed-by=/k.asc] https://download.example.com trixie stable" \
      > /etc/apt/sources.list.d/x.list
RUN echo "deb [arch=amd64,arm64] https://download.example.com trixie stable" > /etc/apt/sources.list.d/y.list
RUN printf 'Types: deb\nURIs: https://z.example.com\nArchitectures: %s\n' "$TARGETARCH" > /etc/apt/sources.list.d/z.sources
RUN echo "the arch=amd64 flag and [arch=amd64] are words" > /notes && cat <<EOF >> /notes
deb https://download.example.com trixie stable
# deb [arch=amd64] https://download.example.com trixie stable
EOF
RUN if [ "$TARGETARCH" = amd64 ]; then echo "deb [arch=amd64] https://download.example.com a b" > /etc/apt/sources.list.d/w.list; fi
COPY <<EOF /etc/apt/sources.list.d/v.list
deb [arch=$TARGETARCH] https://v.example.com trixie main
EOF
