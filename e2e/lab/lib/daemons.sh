# shellcheck shell=bash disable=SC2154
# What runs: the registry, and per image store a containerd and an engine. Each is known by its pid file.

# wait_for WHAT LOG COMMAND...: until COMMAND succeeds, 30 seconds at most
wait_for() {
  local what=$1 log=$2; shift 2
  for _ in {1..600}; do "$@" >/dev/null 2>&1 && return 0; sleep 0.05; done
  tail -n 5 "$log" >&2 || true
  die "$what did not start; see $log"
}

# listens SOCKET: a process accepts connections on it (a daemon that was killed leaves its socket's file behind)
listens() {
  local code=0
  curl -s --max-time 1 --unix-socket "$1" http://localhost/ || code=$?
  ((code != 7)) # curl's "failed to connect"
}

# pid_of FILE PROGRAM: the process of a pid file, if it still is that program, of this lab or by its whole path
pid_of() {
  local pid exe
  [[ -s $1 ]] || return 1
  pid=$(<"$1") exe=$(readlink "/proc/$pid/exe") || return 1
  [[ ${exe% (deleted)} == "$bin/$2" || ${exe% (deleted)} == "$2" ]] && echo "$pid"
}

# stop FILE PROGRAM: ask it to end, wait, and only then insist
stop() {
  local pid; pid=$(pid_of "$1" "$2") || { rm -f "$1"; return 0; }
  kill "$pid" 2>/dev/null || true
  for _ in {1..600}; do [[ -e /proc/$pid ]] || break; sleep 0.05; done
  [[ ! -e /proc/$pid ]] || { say "$2 did not end, killing it"; kill -9 "$pid" || true; }
  rm -f "$1"
}

# current FILE PROGRAM: it runs, and from the binary that is installed now
current() {
  local pid; pid=$(pid_of "$1" "$2") || return 1
  [[ $(readlink "/proc/$pid/exe") == "$bin/$2" ]]
}

start_registry() {
  current "$run/registry.pid" registry && return 0
  stop "$run/registry.pid" registry
  ! curl -fsS "http://localhost:$port/v2/" >/dev/null 2>&1 || die "port $port is taken: choose another with LAB_REGISTRY_PORT"
  cat >"$run/registry.yml" <<YML
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $dir/registry}, delete: {enabled: true}}
http: {addr: "127.0.0.1:$port"}
YML
  OTEL_TRACES_EXPORTER=none setsid "$bin/registry" serve "$run/registry.yml" >"$run/registry.log" 2>&1 </dev/null 9>&- &
  echo $! >"$run/registry.pid"
  wait_for "the registry on port $port" "$run/registry.log" curl -fsS "http://localhost:$port/v2/"
}

# systemd mounts binfmt_misc at boot; without that, handlers that a container registers vanish with it
mount_binfmt() {
  [[ ${LAB_BINFMT:-} == unmounted || -e /proc/sys/fs/binfmt_misc/status ]] && return 0
  mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  touch "$run/binfmt-mounted"
}

# An engine that finds a containerd at the usual place uses it, so each lab engine is given one of its own;
# the plugins left out would claim sockets and folders outside the lab.
start_containerd() {
  local store=$1 state=$run/$1/containerd
  current "$run/$store/containerd.pid" containerd && return 0
  stop "$run/$store/containerd.pid" containerd
  mkdir -p "$state"
  cat >"$run/$store/containerd.toml" <<TOML
version = 3
root = "$dir/engine-$store/containerd"
state = "$state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.nri.v1.nri", "io.containerd.internal.v1.opt", "io.containerd.podsandbox.controller.v1.podsandbox"]
[grpc]
  address = "$state/containerd.sock"
[ttrpc]
  address = "$state/containerd.sock.ttrpc"
TOML
  PATH=$bin:$PATH setsid "$bin/containerd" --config "$run/$store/containerd.toml" >"$run/$store/containerd.log" 2>&1 </dev/null 9>&- &
  echo $! >"$run/$store/containerd.pid"
  wait_for "containerd of the $store engine" "$run/$store/containerd.log" listens "$state/containerd.sock"
}

# name_networks gives the lab a number of its own, which is in its bridges, subnets and cgroup, and stays.
name_networks() {
  if [[ -s $dir/number ]]; then
    number=$(<"$dir/number")
  else
    number=$(($(cksum <<<"$dir" | cut -d' ' -f1) % 256))
    while ip link show "multiplat-c$number" >/dev/null 2>&1 || ip link show "multiplat-o$number" >/dev/null 2>&1; do
      number=$(((number + 1) % 256)) # another lab's
    done
    echo "$number" >"$dir/number"
  fi
  bridge=([containerd]=multiplat-c$number [overlay2]=multiplat-o$number)
  subnet=([containerd]=198.18.$number.0/25 [overlay2]=198.18.$number.128/25)
  pool=([containerd]=198.19.$number.0/25 [overlay2]=198.19.$number.128/25)
}

# A configuration file of its own keeps /etc/docker/daemon.json out, and a bridge of its own keeps two engines
# from taking docker0 and its firewall rules from each other.
start_engine() {
  local store=$1 folder=$run/$1 snapshotter=true
  [[ $store == containerd ]] || snapshotter=false
  ip link show "${bridge[$store]}" >/dev/null 2>&1 || ip link add name "${bridge[$store]}" type bridge
  ip addr replace "$(gateway "${subnet[$store]}")" dev "${bridge[$store]}"
  ip link set "${bridge[$store]}" up
  current "$folder/docker.pid" dockerd && return 0
  stop "$folder/docker.pid" dockerd
  start_containerd "$store"
  cat >"$folder/daemon.json" <<JSON
{
  "hosts": ["unix://$folder/docker.sock"],
  "pidfile": "$folder/docker.pid",
  "exec-root": "$folder/exec",
  "data-root": "$dir/engine-$store/docker",
  "containerd": "$folder/containerd/containerd.sock",
  "features": {"containerd-snapshotter": $snapshotter},
  "registry-mirrors": ["http://localhost:$port"],
  "insecure-registries": ["localhost:$port"],
  "bridge": "${bridge[$store]}",
  "default-address-pools": [{"base": "${pool[$store]}", "size": 29}],
  "iptables": false, "ip6tables": false, "ip-masq": false, "ip-forward": false,
  "userland-proxy-path": "$bin/docker-proxy",
  "init-path": "$bin/docker-init",
  "exec-opts": ["native.cgroupdriver=cgroupfs"],
  "cgroup-parent": "/multiplat-lab-$number/$store"
}
JSON
  PATH=$bin:$PATH setsid "$bin/dockerd" --config-file "$folder/daemon.json" >"$folder/dockerd.log" 2>&1 </dev/null 9>&- &
}

# gateway SUBNET: its first address, with the length of the prefix (198.18.7.128/25 -> 198.18.7.129/25)
gateway() {
  local address=${1%/*}
  echo "${address%.*}.$((${address##*.} + 1))/${1#*/}"
}

status() {
  local store name failed=0
  for name in registry registry-tls registry-auth; do report "$name" "$run/$name.pid" registry || failed=1; done
  for store in containerd overlay2; do report "engine $store" "$run/$store/docker.pid" dockerd || failed=1; done
  kubernetes_status
  return $failed
}

report() {
  local pid
  if pid=$(pid_of "$2" "$3"); then echo "$1: running ($pid)"; else echo "$1: stopped"; return 1; fi
}

down() {
  local store name
  kubernetes_down
  for store in containerd overlay2; do stop_engine "$store" & done
  wait
  stop "$run/buildkitd.pid" buildkitd
  for name in registry registry-tls registry-auth; do stop "$run/$name.pid" registry; done
  remove_networks; remove_mounts
  find /sys/fs/cgroup -depth -type d -path "*/multiplat-lab-$number*" -exec rmdir {} \; 2>/dev/null || true
}

stop_engine() {
  stop "$run/$1/docker.pid" dockerd
  stop_shims "$run/$1/containerd/containerd.sock"
  stop "$run/$1/containerd.pid" containerd
  ip link del "${bridge[$1]}" 2>/dev/null || true
}

# stop_shims SOCKET: an engine that was killed leaves its containers running; each shim names its containerd
stop_shims() {
  local pid
  for pid in $(pgrep -f -- "containerd-shim-runc-v2 .*-address $1" || true); do
    [[ $(readlink "/proc/$pid/exe") == "$bin/containerd-shim-runc-v2"* ]] || continue
    pkill -9 -P "$pid" || true
    kill -9 "$pid" 2>/dev/null || true
  done
}

# engines leave the bridges of user-made networks behind; those of this lab are known by their address
remove_networks() {
  local link
  for link in $(ip -o -4 addr show to "198.19.$number.0/24" | awk '{print $2}'); do ip link del "$link" 2>/dev/null || true; done
}

# network namespaces and root file systems below this lab, and binfmt_misc if it was this lab that mounted it:
# the emulators it registered go with the mount
remove_mounts() {
  local point
  awk -v d="$dir/" 'index($5, d) == 1 {print $5}' /proc/self/mountinfo | sort -r | while read -r point; do umount "$point" || umount -l "$point" || true; done
  [[ -e $run/binfmt-mounted ]] || return 0
  umount /proc/sys/fs/binfmt_misc || say "binfmt_misc is in use and stays mounted"
  rm -f "$run/binfmt-mounted"
}
