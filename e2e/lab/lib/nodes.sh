# shellcheck shell=bash disable=SC2154
# The nodes of the lab's Kubernetes: each a containerd and a kubelet in namespaces of their own (kubernetes/node), three at
# most. The second one says that it is of arm64 (farm/arch): kubelet sets kubernetes.io/arch itself, again and again.

node_arches=(amd64 arm64 amd64)
node_address() { echo "198.51.100.$((10 + $1))"; }
node_pods() { echo "198.51.100.$((128 + 32 * ($1 - 1)))/27"; }

start_node() {
  local n=$1 name=node$1 folder=$kube/node$1
  pid_of "$run/$name.pid" /usr/bin/unshare >/dev/null && return 0
  mkdir -p "$folder"/{lib/kubelet,lib/containerd,lib/cni,log,cni}
  certificate_of "$name" "/O=system:nodes/CN=system:node:$name" "IP:$(node_address "$n"),DNS:$name"
  kubeconfig "$name" "$folder/kubeconfig"
  node_mirrors "$folder"; node_runtime "$folder"; node_kubelet "$n" "$folder"; node_cgroups "$name"
  FARM_ARCH=${node_arches[n - 1]} PATH=$bin:$PATH setsid /usr/bin/unshare --pid --fork --kill-child --mount --net --uts --ipc --mount-proc \
    --propagation private "$here/kubernetes/node" "$name" "$folder" "$(node_address "$n")" "$kube_host" >"$run/$name.log" 2>&1 </dev/null 9>&- &
  echo $! >"$run/$name.pid"
  connect_node "$n"
}

# connect_node N: its network card, and the ways from and to its pods
connect_node() {
  local n=$1 inner other
  for _ in {1..100}; do inner=$(pgrep -P "$(<"$run/node$n.pid")") && break; sleep 0.05; done
  ip link del "multiplat-n$n" 2>/dev/null || true
  ip link add "multiplat-n$n" type veth peer name eth0 netns "$inner"
  ip link set "multiplat-n$n" master "multiplat-k$number" up
  ip route replace "$(node_pods "$n")" via "$(node_address "$n")"
  for other in 1 2 3; do
    ((other == n)) || wait_for "the network of node$n" "$run/node$n.log" \
      nsenter -t "$inner" -n ip route replace "$(node_pods "$other")" via "$(node_address "$other")"
  done
}

await_node() {
  wait_for "node$1" "$run/node$1.log" kubectl get node "node$1"
  kubectl wait --for=condition=Ready "node/node$1" --timeout=120s >/dev/null || die "node$1 is not ready; see $kube/node$1/kubelet.log"
}

# node_mirrors FOLDER: where the names lead that people and the lab give to images
node_mirrors() {
  local name at
  for name in docker.io "localhost:$port" "localhost:$auth_port" "$kube_host:$port"; do
    at=$kube_host:$port
    [[ $name != *":$auth_port" ]] || at=$kube_host:$auth_port
    mkdir -p "$1/certs.d/$name"
    printf 'server = "http://%s"\n[host."http://%s"]\n  capabilities = ["pull", "resolve"]\n' "$at" "$at" >"$1/certs.d/$name/hosts.toml"
  done
}

# node_runtime FOLDER: containerd, and the network of pods. The lab's machine may lack the right to lower oom_score_adj.
node_runtime() {
  cat >"$1/containerd.toml" <<TOML
version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.nri.v1.nri"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = "docker.io/library/pause:1"
  [plugins."io.containerd.cri.v1.images".registry]
    config_path = "$1/certs.d"
[plugins."io.containerd.cri.v1.runtime"]
  disable_hugetlb_controller = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.cri.v1.runtime".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
        BinaryName = "$bin/runc"
        SystemdCgroup = false
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["$dir/cni"]
    conf_dir = "$1/cni"
TOML
}

node_kubelet() { # N FOLDER
  cat >"$2/cni/10-pods.conflist" <<JSON
{"cniVersion": "1.0.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipam": {"type": "host-local", "dataDir": "/var/lib/cni/networks",
   "ranges": [[{"subnet": "$(node_pods "$1")"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
  cat >"$2/kubelet.yaml" <<YML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
failSwapOn: false
cgroupDriver: cgroupfs
cgroupRoot: /multiplat-lab-$number/node$1
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
address: $(node_address "$1")
healthzBindAddress: 127.0.0.1
readOnlyPort: 0
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $pki/node$1.crt
tlsPrivateKeyFile: $pki/node$1.key
makeIPTablesUtilChains: false
resolvConf: $2/resolv.conf
clusterDNS: [198.51.100.74]
evictionHard: {memory.available: "50Mi", nodefs.available: "1%", imagefs.available: "1%", nodefs.inodesFree: "1%"}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
nodeStatusUpdateFrequency: 4s
nodeLeaseDurationSeconds: 10
maxPods: 30
YML
  : >"$2/resolv.conf"
}

# node_cgroups NAME: kubelet wants its root in each controller's tree, and processors in it first (cgroup version 1)
node_cgroups() {
  local controller level
  for controller in /sys/fs/cgroup/*/; do
    controller=${controller%/}
    [[ $controller == */unified || -L $controller ]] && continue
    mkdir -p "$controller/multiplat-lab-$number/$1"
    [[ $controller == */cpuset ]] || continue
    for level in "" "/$1"; do
      cat "$controller/cpuset.cpus" >"$controller/multiplat-lab-$number$level/cpuset.cpus"
      cat "$controller/cpuset.mems" >"$controller/multiplat-lab-$number$level/cpuset.mems"
    done
  done
}

# cut_power N: the first process of a node is killed, and with its namespace all others
cut_power() {
  local pid inner
  pid=$(pid_of "$run/node$1.pid" /usr/bin/unshare) || return 0
  inner=$(pgrep -P "$pid" || true)
  kill -9 ${inner:+"$inner"} "$pid" 2>/dev/null || true
  for _ in {1..100}; do [[ -n $inner && -e /proc/$inner ]] || break; sleep 0.1; done
  rm -f "$run/node$1.pid"
}

stop_node() {
  if pid_of "$run/node$1.pid" /usr/bin/unshare >/dev/null; then
    kubectl delete pods --all --all-namespaces --field-selector "spec.nodeName=node$1" --grace-period=0 --force >/dev/null 2>&1 || true
  fi
  cut_power "$1"
  ip link del "multiplat-n$1" 2>/dev/null || true
  ip route del "$(node_pods "$1")" 2>/dev/null || true
}

# node N WHAT: what happens to machines
node() {
  [[ $1 == [123] && -e $kube/node$1 ]] || die "there is no node $1: lab kubernetes"
  case $2 in
  off) cut_power "$1" ;;
  on) start_node "$1" ;;
  cut) ip link set "multiplat-n$1" down ;;
  join) ip link set "multiplat-n$1" up ;;
  *) usage ;;
  esac
}
