FROM debian:13-slim
RUN apt-get update && apt-get install -y ca-certificates curl && \
    curl -fsSL https://download.example.com/key.asc -o /etc/apt/keyrings/x.asc && \
    echo "deb [arch=amd64 signed-by=/etc/apt/keyrings/x.asc] https://download.example.com trixie stable" \
      > /etc/apt/sources.list.d/x.list
RUN <<EOF
cat > /etc/apt/sources.list.d/y.list <<END
# deb https://y.example.com trixie main
deb [ signed-by=/y.asc arch=amd64 ] https://y.example.com trixie main
END
cat <<'END' | tee /etc/apt/sources.list.d/z.sources
Types: deb
URIs: https://z.example.com
Architectures: amd64
END
EOF
COPY <<EOF /etc/apt/sources.list.d/v.list
deb [arch=amd64] https://v.example.com trixie main
EOF
