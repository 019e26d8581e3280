# shellcheck shell=bash disable=SC2154
# Two more registries with the same images: one behind TLS under a certificate authority of the lab's own, one behind
# a password. They share the storage of the first.

tls_port=$((port + 1))
auth_port=$((port + 2))
user=lab password=lab # bcrypt in start_auth_registry

start_tls_registry() {
  current "$run/registry-tls.pid" registry && return 0
  stop "$run/registry-tls.pid" registry
  certificates
  registry_config "$tls_port" "tls: {certificate: $dir/certs/server.crt, key: $dir/certs/server.key}" >"$run/registry-tls.yml"
  serve registry-tls "https://localhost:$tls_port/v2/" --cacert "$dir/certs/ca.crt"
}

start_auth_registry() {
  current "$run/registry-auth.pid" registry && return 0
  stop "$run/registry-auth.pid" registry
  # shellcheck disable=SC2016
  echo "$user:"'$2a$04$Orw.8Rc/4oC6En23IXhoAOxOzuoLIWVviTnzufOaMRU42uDlJPpFu' >"$run/htpasswd"
  {
    registry_config "$auth_port" ""
    echo "auth: {htpasswd: {realm: lab, path: $run/htpasswd}}"
  } >"$run/registry-auth.yml"
  serve registry-auth "http://localhost:$auth_port/v2/" --user "$user:$password"
}

# registry_config PORT EXTRA: the configuration of a registry on the storage of the first
registry_config() {
  cat <<YML
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $dir/registry}, delete: {enabled: true}}
http: {addr: "127.0.0.1:$1"${2:+, $2}}
YML
}

# serve NAME URL CURL-OPTION...: start the registry of $run/NAME.yml
serve() {
  local name=$1 url=$2; shift 2
  ! curl -sk "$url" >/dev/null 2>&1 || die "$url is taken: choose another port with LAB_REGISTRY_PORT"
  OTEL_TRACES_EXPORTER=none setsid "$bin/registry" serve "$run/$name.yml" >"$run/$name.log" 2>&1 </dev/null 9>&- &
  echo $! >"$run/$name.pid"
  wait_for "$name" "$run/$name.log" curl -fsS "$@" "$url"
}

# certificates: an authority, and a certificate of it for this machine's loopback
certificates() {
  local folder=$dir/certs
  [[ -s $folder/server.crt ]] && return 0
  mkdir -p "$folder"
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=lab authority" \
    -keyout "$folder/ca.key" -out "$folder/ca.crt" 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout "$folder/server.key" -out "$folder/server.csr" 2>/dev/null
  openssl x509 -req -in "$folder/server.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -CAcreateserial -days 3650 \
    -extfile <(echo "subjectAltName=DNS:localhost,IP:127.0.0.1") -out "$folder/server.crt" 2>/dev/null
}

registries_environment() {
  printf 'export %s=%q\n' LAB_TLS_REGISTRY "localhost:$tls_port" LAB_TLS_CA "$dir/certs/ca.crt" \
    LAB_AUTH_REGISTRY "localhost:$auth_port" LAB_AUTH_USER "$user" LAB_AUTH_PASSWORD "$password"
}
