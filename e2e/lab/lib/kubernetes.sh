# shellcheck shell=bash disable=SC2154
# A real Kubernetes on one machine without systemd: etcd, API server, controllers and scheduler, built from Go modules.
# Its nodes are in nodes.sh. It writes no firewall rule and changes no setting of the host; without kube-proxy there are
# no services, which builders and tests do not need.

kubernetes_version=1.34.4
kube=$dir/kubernetes pki=$dir/kubernetes/pki
api_port=$((port + 43)) etcd_port=$((port + 79)) # and the port after it
kube_network=198.51.100.0/24                     # nodes: the first 64, services: the next 64, pods: the rest
kube_host=198.51.100.1

# The module of Kubernetes points at folders of its own repository, so its commands build only inside a module of ours,
# which points at what is published of them.
kubernetes_binaries() {
  local name package flags=-X\ k8s.io/component-base/version
  for name in etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl; do
    built "$name" "kubernetes $kubernetes_version" && continue
    package=k8s.io/kubernetes/cmd/$name
    [[ $name != etcd ]] || package=go.etcd.io/etcd/server/v3
    say "building $name for Kubernetes $kubernetes_version (all of it: some ten minutes)"
    (cd "$here/kubernetes" && CGO_ENABLED=0 GOFLAGS=-buildvcs=false go build -trimpath -o "$bin/$name" \
      -ldflags "-s -w $flags.gitVersion=v$kubernetes_version $flags.gitMajor=1 $flags.gitMinor=34" "$package")
    echo "kubernetes $kubernetes_version" >"$bin/.$name"
  done
  [[ -x $dir/cni/bridge ]] ||
    package_files containernetworking-plugins "$(dpkg --print-architecture)" "$dir/cni" ./usr/lib/cni/{bridge,host-local,loopback}
}

kubernetes() {
  local n
  current "$run/registry.pid" registry || die "the lab is not up: lab up"
  kubernetes_binaries; kubernetes_certificates; kubernetes_images; kubernetes_network; kubernetes_registries; control_plane
  for ((n = 1; n <= $1; n++)); do start_node "$n"; done
  for ((n = 1; n <= $1; n++)); do await_node "$n"; done
  cat >"$kube/buildkitd.toml" <<TOML
[registry."docker.io"]
  mirrors = ["$kube_host:$port"]
[registry."$kube_host:$port"]
  http = true
[registry."localhost:$port"]
  mirrors = ["$kube_host:$port"]
  http = true
TOML
  say "up: Kubernetes $kubernetes_version with $1 nodes, https://$kube_host:$api_port"
}

kubectl() { "$bin/kubectl" --kubeconfig "$kube/admin.kubeconfig" "$@"; }

# certificate_of FILE SUBJECT [NAMES]: a key and a certificate of the cluster's authority
certificate_of() {
  [[ -s $pki/$1.crt ]] && return 0
  openssl req -newkey rsa:2048 -nodes -subj "$2" -keyout "$pki/$1.key" -out "$pki/$1.csr" 2>/dev/null
  openssl x509 -req -in "$pki/$1.csr" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial -days 365 -out "$pki/$1.crt" \
    -extfile <(echo "extendedKeyUsage=clientAuth,serverAuth"; [[ -z ${3:-} ]] || echo "subjectAltName=$3") 2>/dev/null
}

# kubeconfig NAME FILE: how who has the certificate NAME reaches the cluster
kubeconfig() {
  (umask 077 && cat >"$2") <<YML
{apiVersion: v1, kind: Config, current-context: lab,
 clusters: [{name: lab, cluster: {server: "https://$kube_host:$api_port", certificate-authority-data: $(base64 -w0 <"$pki/ca.crt")}}],
 users: [{name: $1, user: {client-certificate-data: $(base64 -w0 <"$pki/$1.crt"), client-key-data: $(base64 -w0 <"$pki/$1.key")}}],
 contexts: [{name: lab, context: {cluster: lab, user: $1, namespace: default}}]}
YML
}

kubernetes_certificates() {
  local name
  mkdir -p "$pki"; chmod 700 "$pki"
  [[ -s $pki/ca.crt ]] || openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=lab kubernetes" -keyout "$pki/ca.key" -out "$pki/ca.crt" 2>/dev/null
  [[ -s $pki/sa.pub ]] || { openssl genrsa -out "$pki/sa.key" 2048 2>/dev/null; openssl rsa -in "$pki/sa.key" -pubout -out "$pki/sa.pub" 2>/dev/null; }
  certificate_of apiserver "/CN=kube-apiserver" "IP:$kube_host,IP:127.0.0.1,IP:198.51.100.65,DNS:kubernetes.default"
  certificate_of apiserver-kubelet "/O=system:masters/CN=kube-apiserver-kubelet-client"
  certificate_of admin "/O=system:masters/CN=admin"
  certificate_of controllers "/CN=system:kube-controller-manager"
  certificate_of scheduler "/CN=system:kube-scheduler"
  for name in admin controllers scheduler; do kubeconfig "$name" "$kube/$name.kubeconfig"; done
}

# The machine may use a network for documentation itself: taking the address of its gateway would cut it off.
kubernetes_network() {
  local link=multiplat-k$number
  if ! ip link show "$link" >/dev/null 2>&1; then
    [[ -z $(ip -4 -o addr show to "$kube_network"; ip -4 route show root "$kube_network"; ip -4 route show match "${kube_network%/*}" | grep -v ^default) ]] ||
      die "the network $kube_network is in use on this machine; only one lab at a time has a Kubernetes"
    ip link add name "$link" type bridge
  fi
  ip link set "$link" address 02:00:c6:33:64:01 # else it has that of one of its nodes, and loses it with that one's power
  ip addr replace "$kube_host/26" dev "$link"
  ip link set "$link" up
}

# daemon NAME PROGRAM ARGUMENT...: start a program of the lab, unless it runs
daemon() {
  local name=$1 program=$2; shift 2
  current "$run/$name.pid" "$program" && return 0
  stop "$run/$name.pid" "$program"
  OTEL_TRACES_EXPORTER=none setsid "$bin/$program" "$@" >"$run/$name.log" 2>&1 </dev/null 9>&- &
  echo $! >"$run/$name.pid"
}

# Pods have a loopback of their own: the lab's images stand a second time where they reach them, once behind a password.
kubernetes_registries() {
  registry_config "$port" "" | sed "s/127\.0\.0\.1/$kube_host/" >"$run/registry-kubernetes.yml"
  sed "s/127\.0\.0\.1/$kube_host/" "$run/registry-auth.yml" >"$run/registry-kubernetes-auth.yml"
  daemon registry-kubernetes registry serve "$run/registry-kubernetes.yml"
  daemon registry-kubernetes-auth registry serve "$run/registry-kubernetes-auth.yml"
}

control_plane() {
  daemon etcd etcd --name lab --data-dir "$kube/etcd" --listen-client-urls "http://127.0.0.1:$etcd_port" --unsafe-no-fsync \
    --advertise-client-urls "http://127.0.0.1:$etcd_port" --listen-peer-urls "http://127.0.0.1:$((etcd_port + 1))" --log-level warn \
    --initial-advertise-peer-urls "http://127.0.0.1:$((etcd_port + 1))" --initial-cluster "lab=http://127.0.0.1:$((etcd_port + 1))"
  daemon kube-apiserver kube-apiserver --etcd-servers "http://127.0.0.1:$etcd_port" --bind-address "$kube_host" --secure-port "$api_port" \
    --advertise-address "$kube_host" --service-cluster-ip-range 198.51.100.64/26 --client-ca-file "$pki/ca.crt" \
    --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" --kubelet-certificate-authority "$pki/ca.crt" \
    --kubelet-client-certificate "$pki/apiserver-kubelet.crt" --kubelet-client-key "$pki/apiserver-kubelet.key" \
    --kubelet-preferred-address-types InternalIP --service-account-issuer "https://$kube_host:$api_port" --cert-dir "$run" \
    --service-account-key-file "$pki/sa.pub" --service-account-signing-key-file "$pki/sa.key" --authorization-mode Node,RBAC --allow-privileged=true
  wait_for "the API server" "$run/kube-apiserver.log" kubectl get --raw /readyz
  daemon kube-controller-manager kube-controller-manager --kubeconfig "$kube/controllers.kubeconfig" --use-service-account-credentials \
    --service-account-private-key-file "$pki/sa.key" --root-ca-file "$pki/ca.crt" --leader-elect=false --secure-port 0 \
    --node-monitor-grace-period 16s --node-monitor-period 2s
  daemon kube-scheduler kube-scheduler --kubeconfig "$kube/scheduler.kubeconfig" --leader-elect=false --secure-port 0
}

# What the runtime of a node holds its pods with, and BuildKit for pods that have no privileges.
kubernetes_images() {
  mkdir -p "$dir/seed"
  is_seeded library/pause 1 || over pause library/busybox library/pause:1
  is_seeded moby/buildkit buildx-stable-1-rootless || {
    CGO_ENABLED=0 have rootlesskit github.com/rootless-containers/rootlesskit/v2/cmd/rootlesskit@v2.3.6
    package_files uidmap "$(dpkg --print-architecture)" "$dir/uidmap" ./usr/bin/newuidmap ./usr/bin/newgidmap
    install -D "$bin/rootlesskit" "$dir/seed/rootless/usr/bin/rootlesskit"
    package_files libcap2-bin "$(dpkg --print-architecture)" "$dir/uidmap" ./sbin/setcap
    with_libraries "$dir/seed/rootless" "$dir"/uidmap/{newuidmap,newgidmap,setcap}
    mv "$dir/seed/rootless$dir"/uidmap/* "$dir/seed/rootless/usr/bin/"
    rm -rf "$dir/uidmap" "$dir/seed/rootless/${dir#/}"
    over rootless moby/buildkit:buildx-stable-1 moby/buildkit:buildx-stable-1-rootless
  }
  stop "$run/buildkitd.pid" buildkitd
  rm -rf "$dir/seed"
}

# is_seeded NAME TAG: the registry has it
is_seeded() { curl -fsI -H 'Accept: application/vnd.oci.image.index.v1+json' "http://localhost:$port/v2/$1/manifests/$2" >/dev/null 2>&1; }

# over RECIPE BASE NAME: make an image of the cluster's own over one of the lab's
over() {
  mkdir -p "$dir/seed/$1"
  start_seed_buildkit
  say "seeding $3"
  "$bin/buildctl" --addr "unix://$run/buildkitd.sock" build --frontend dockerfile.v0 --local "context=$dir/seed/$1" --local "dockerfile=$here/kubernetes" \
    --opt "filename=$1.Dockerfile" --opt "build-arg:BASE=localhost:$port/$2" \
    --output "type=image,name=localhost:$port/$3,push=true,registry.insecure=true" >"$run/seed-$1.log" 2>&1 || die "seeding $3 failed; see $run/seed-$1.log"
}

kubernetes_daemons=(kube-scheduler kube-controller-manager kube-apiserver etcd registry-kubernetes registry-kubernetes-auth)

kubernetes_status() {
  local name n
  [[ -e $kube/admin.kubeconfig ]] || return 0
  for name in "${kubernetes_daemons[@]}"; do report "$name" "$run/$name.pid" "${name/#registry-*/registry}" || true; done
  for n in 1 2 3; do [[ ! -e $kube/node$n ]] || report "node$n" "$run/node$n.pid" /usr/bin/unshare || true; done
}

kubernetes_down() {
  local name n
  [[ -e $kube ]] || return 0
  for n in 1 2 3; do stop_node "$n"; done
  for name in "${kubernetes_daemons[@]}"; do stop "$run/$name.pid" "${name/#registry-*/registry}"; done
  ip link del "multiplat-k$number" 2>/dev/null || true
}

kubernetes_environment() {
  [[ -e $kube/admin.kubeconfig ]] || return 0
  printf 'export %s=%q\n' LAB_KUBECONFIG "$kube/admin.kubeconfig" LAB_KUBERNETES_REGISTRY "$kube_host:$port" \
    LAB_KUBERNETES_BUILDKITD_CONFIG "$kube/buildkitd.toml"
}
