# shellcheck shell=bash disable=SC2154
# What the lab is made of: Debian packages, and commands built from pinned Go modules into $bin.

engine_version=29.9.0
cli_version=29.8.2

packages() {
  local want=(iptables iproute2 libseccomp-dev gcc libc6-dev pkg-config ca-certificates curl git openssl openssh-client procps chromium) missing=() name
  command -v dpkg-query >/dev/null || die "needs Debian: QEMU and busybox for foreign platforms come from its packages"
  local installed; installed=" $(dpkg-query -W -f '${db:Status-Status}=${Package} ' "${want[@]}" 2>/dev/null || true)"
  for name in "${want[@]}"; do [[ $installed == *" installed=$name "* ]] || missing+=("$name"); done
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  apt-get update -qq || say "some package indexes could not be refreshed"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}" >/dev/null
}

# built NAME VERSION: is $bin/NAME there in exactly this version
built() { [[ -x $bin/$1 && -r $bin/.$1 && $(<"$bin/.$1") == "$2" ]]; }

# have NAME MODULE@VERSION [go flags]: install one command unless this exact version is there already
have() {
  local name=$1 module=$2; shift 2
  built "$name" "$module" && return 0
  say "building $name (${module##*@})"
  GOFLAGS='' GOBIN=$bin go install -trimpath -ldflags "-s -w ${ldflags:-}" "$@" "$module"
  echo "$module" >"$bin/.$name"
}

binaries() {
  command -v go >/dev/null || die "needs Go to build the engine"
  mkdir -p "$bin"
  CGO_ENABLED=0 have registry github.com/distribution/distribution/v3/cmd/registry@v3.1.2
  CGO_ENABLED=0 ldflags="-X github.com/moby/moby/v2/dockerversion.Version=$engine_version" have dockerd github.com/moby/moby/v2/cmd/dockerd@v2.0.0-beta.24
  CGO_ENABLED=0 have docker-proxy github.com/moby/moby/v2/cmd/docker-proxy@v2.0.0-beta.24
  CGO_ENABLED=0 have containerd github.com/containerd/containerd/v2/cmd/containerd@v2.4.2
  CGO_ENABLED=0 have containerd-shim-runc-v2 github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2@v2.4.2
  CGO_ENABLED=1 ldflags="-extldflags -static" have runc github.com/opencontainers/runc@v1.5.2 -tags "seccomp netgo osusergo"
  CGO_ENABLED=0 ldflags="-X github.com/docker/buildx/version.Version=v0.38.2" have buildx github.com/docker/buildx/cmd/buildx@v0.38.2
  compose_binary; buildkit_binaries; docker_cli; own_binary binfmt; own_binary scanner; tini_binary; sshd_files
}

# The compose plugin. Its main package is called cmd, and so would be what is installed.
compose_binary() {
  local module=github.com/docker/compose/v5/cmd@v5.0.2
  built compose "$module" && return 0
  CGO_ENABLED=0 ldflags="-X github.com/docker/compose/v5/internal.Version=v5.0.2" have cmd "$module"
  mv "$bin/cmd" "$bin/compose"
  mv "$bin/.cmd" "$bin/.compose"
}

# BuildKit's go.mod has replace lines, so its commands build only inside a module of ours.
buildkit_binaries() {
  built buildkitd v0.34.2 && return 0
  say "building buildkitd (v0.34.2)"
  (cd "$here/tools" && CGO_ENABLED=0 GOFLAGS=-buildvcs=false go build -trimpath -ldflags "-s -w -X github.com/moby/buildkit/version.Version=v0.34.2" -o "$bin/" \
    github.com/moby/buildkit/cmd/buildkitd github.com/moby/buildkit/cmd/buildctl github.com/moby/buildkit/frontend/dockerfile/cmd/dockerfile-frontend)
  echo v0.34.2 >"$bin/.buildkitd"
}

# The Docker CLI, where the machine has none. Its repository has no go.mod, so it builds inside a module of ours
# that carries the requirements of its vendor.mod, and the language version has to be given by hand.
docker_cli() {
  local found; found=$(command -v docker || true)
  [[ -n $found && $found != "$bin/docker" ]] && return 0
  built docker "$cli_version" && return 0
  say "building docker (v$cli_version)"
  (cd "$here/cli" && CGO_ENABLED=0 GOFLAGS=-buildvcs=false go build -trimpath -gcflags=github.com/docker/cli/...=-lang=go1.26 \
    -ldflags "-s -w -X github.com/docker/cli/cli/version.Version=$cli_version" -o "$bin/docker" github.com/docker/cli/cmd/docker)
  echo "$cli_version" >"$bin/.docker"
}

# own_binary NAME: a program of the lab's own, from its folder
own_binary() {
  local source; source=$(sha256sum <"$here/$1/main.go")
  built "$1" "$source" && return 0
  (cd "$here/$1" && CGO_ENABLED=0 GOFLAGS=-buildvcs=false go build -trimpath -ldflags "-s -w" -o "$bin/$1" .)
  echo "$source" >"$bin/.$1"
}

# sshd comes out of its package, too: it is not installed, and nobody can log in to the machine.
sshd_files() {
  local arch; arch=$(dpkg --print-architecture)
  [[ -x $dir/sshd/sshd ]] && return 0
  package_files libwrap0 "$arch" "$dir/sshd" --wildcards './usr/lib/*/libwrap.so.*'
  package_files openssh-server "$arch" "$dir/sshd" ./usr/sbin/sshd
}

# tini is what `docker run --init` starts; its static build comes from the package, which need not be installed.
tini_binary() {
  [[ -x $bin/docker-init ]] && return 0
  package_files tini "$(dpkg --print-architecture)" "$bin" ./usr/bin/tini-static
  mv "$bin/tini-static" "$bin/docker-init"
}

peers() {
  mkdir -p "$bin"
  CGO_ENABLED=0 have crane github.com/google/go-containerregistry/cmd/crane@v0.22.1
  CGO_ENABLED=0 have regctl github.com/regclient/regclient/cmd/regctl@v0.11.7
  command -v skopeo >/dev/null || apt-get install -y -qq skopeo >/dev/null 2>&1 ||
    { apt-get update -qq && apt-get install -y -qq skopeo >/dev/null; }
}

# package_files PACKAGE ARCH FOLDER PATH...: files out of a Debian package of any architecture, into FOLDER
package_files() {
  local package=$1 arch=$2 folder=$3; shift 3
  download "$package" "$arch"
  mkdir -p "$folder"
  dpkg --fsys-tarfile "$dir/deb/$arch/$package"_*.deb | tar -x -C "$folder" --transform 's|.*/||' "$@"
}

# download PACKAGE ARCH: fetch a package into $dir/deb/ARCH with a package index of the lab's own, so that the
# machine gains no foreign architecture and no emulator by installation
download() {
  local folder=$dir/deb/$2
  compgen -G "$folder/$1_*.deb" >/dev/null && return 0
  mkdir -p "$folder"
  package_index
  (cd "$folder" && "${apt[@]}" download "$1:$2" 2>/dev/null) || {
    rm -f "$dir/apt/fresh"; package_index
    (cd "$folder" && "${apt[@]}" download "$1:$2")
  }
}

# what images with docker in mind switch off, and five architectures are slow without
apt=(apt-get -qq -o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache=srcpkgcache.bin)

package_index() {
  export APT_CONFIG=$dir/apt/apt.conf
  [[ -e $dir/apt/fresh ]] && return 0
  mkdir -p "$dir"/apt/{state/lists/partial,cache/archives/partial}
  : >"$dir/apt/status"
  cat >"$APT_CONFIG" <<APT
APT::Architectures { $(printf '"%s"; ' "$(dpkg --print-architecture)" "${arches[@]}") };
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::State "$dir/apt/state";
Dir::State::status "$dir/apt/status";
Dir::Cache "$dir/apt/cache";
APT
  "${apt[@]}" update || say "some package indexes could not be fetched"
  touch "$dir/apt/fresh"
}
