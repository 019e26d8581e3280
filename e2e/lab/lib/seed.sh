# shellcheck shell=bash disable=SC2154
# What the registry holds: the images people and BuildKit name, under their Docker Hub names.

arches=(amd64 arm64 armhf s390x ppc64el) # Debian's names
declare -A platform=([amd64]=linux/amd64 [arm64]=linux/arm64 [armhf]=linux/arm/v7 [s390x]=linux/s390x [ppc64el]=linux/ppc64le)
emulators=qemu-v10.2.3-68 # the Docker Hub tag it stands in for; the QEMU inside is Debian's

# seed fills the registry once, and again when the recipe has changed. A throw-away buildkitd outside the engines
# builds every image, so that none of them has to run for it.
seed() {
  local recipe; recipe=$(cat "$here"/lib/seed.sh "$here"/images/* "$bin"/.{binfmt,scanner,buildkitd} | sha256sum)
  [[ -r $dir/registry/seeded && $(<"$dir/registry/seeded") == "$recipe" ]] && return 0
  start_seed_buildkit
  seed_busybox; seed_buildkit; seed_dockerfile; seed_binfmt; seed_scanner
  stop "$run/buildkitd.pid" buildkitd
  rm -rf "$dir/seed"
  echo "$recipe" >"$dir/registry/seeded"
}

start_seed_buildkit() {
  current "$run/buildkitd.pid" buildkitd && return 0
  PATH=$bin:$PATH setsid "$bin/buildkitd" --addr "unix://$run/buildkitd.sock" --root "$dir/seed/buildkitd" --oci-worker-binary "$bin/runc" \
    --otel-socket-path "$run/otel.sock" >"$run/buildkitd.log" 2>&1 </dev/null 9>&- &
  echo $! >"$run/buildkitd.pid"
  wait_for "the BuildKit that seeds" "$run/buildkitd.log" "$bin/buildctl" --addr "unix://$run/buildkitd.sock" debug workers
}

# image FOLDER PLATFORMS NAME...: build images/FOLDER.Dockerfile over $dir/seed/FOLDER and push it under each name
image() {
  local folder=$1 platforms=$2 names; shift 2
  names=$(printf "localhost:$port/%s," "$@")
  say "seeding $*"
  "$bin/buildctl" --addr "unix://$run/buildkitd.sock" build --frontend dockerfile.v0 --opt "platform=$platforms" --opt "filename=$folder.Dockerfile" \
    --local "context=$dir/seed/$folder" --local "dockerfile=$here/images" \
    --output "type=image,\"name=${names%,}\",push=true,registry.insecure=true" >"$run/seed-$folder.log" 2>&1 || die "seeding $* failed; see $run/seed-$folder.log"
}

native() { echo "${platform[$(dpkg --print-architecture)]}"; }

seed_busybox() {
  local arch list=()
  for arch in "${arches[@]}"; do
    busybox_root "$arch" "$dir/seed/busybox/${platform[$arch]//\//_}"
    list+=("${platform[$arch]}")
  done
  image busybox "$(IFS=,; echo "${list[*]}")" library/busybox:latest library/busybox:1.35
}

# busybox_root ARCH FOLDER: busybox and its usual names, statically linked
busybox_root() {
  local name
  mkdir -p "$2"/{bin,etc,tmp}
  package_files busybox-static "$1" "$2/bin" ./bin/busybox
  for name in sh ls cat echo uname env sleep true false test mkdir cp mv rm ln chmod grep sed awk head tail wc sort sha256sum dd id date wget nc httpd tar gzip \
    find xargs touch mount umount ps kill basename dirname tr cut expr printf; do ln -sf busybox "$2/bin/$name"; done
  echo 'root:x:0:0:root:/:/bin/sh' >"$2/etc/passwd"
}

# BuildKit with git, which contexts that are Git addresses need
seed_buildkit() {
  local root=$dir/seed/buildkit
  busybox_root "$(dpkg --print-architecture)" "$root"
  mkdir -p "$root"/{usr/bin,usr/lib/git-core,etc/ssl/certs}
  cp "$bin"/{buildkitd,buildctl} "$root/usr/bin/"
  cp "$bin/runc" "$root/usr/bin/buildkit-runc"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  with_libraries "$root" /usr/bin/git /usr/lib/git-core/git-remote-http
  ln -sf git-remote-http "$root/usr/lib/git-core/git-remote-https"
  ln -sf ../../bin/git "$root/usr/lib/git-core/git"
  cp /usr/lib/git-core/git-{submodule,sh-setup,sh-i18n} "$root/usr/lib/git-core/"
  image buildkit "$(native)" moby/buildkit:buildx-stable-1
}

# with_libraries ROOT PROGRAM...: copy programs and the shared libraries they load
with_libraries() {
  local root=$1 program library; shift
  for program in "$@"; do
    install -D "$program" "$root$program"
    ldd "$program" | grep -o '/[^ )]*' | while read -r library; do install -D "$library" "$root$library"; done
  done
}

seed_dockerfile() {
  local root=$dir/seed/dockerfile
  mkdir -p "$root"/{bin,etc/ssl/certs}
  cp "$bin/dockerfile-frontend" "$root/bin/"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  image dockerfile "$(native)" docker/dockerfile:1
}

seed_binfmt() {
  local root=$dir/seed/binfmt/usr/bin machines=(x86_64 aarch64 arm s390x ppc64le riscv64) machine
  package_files qemu-user-static "$(dpkg --print-architecture)" "$root" $(printf "./usr/bin/qemu-%s-static " "${machines[@]}")
  for machine in "${machines[@]}"; do mv "$root/qemu-$machine-static" "$root/qemu-$machine"; done
  cp "$bin/binfmt" "$root/"
  image binfmt "$(native)" tonistiigi/binfmt:latest "tonistiigi/binfmt:$emulators"
}

# what --sbom runs unless told otherwise; in the place of Syft
seed_scanner() {
  install -D "$bin/scanner" "$dir/seed/scanner/bin/scanner"
  image scanner "$(native)" docker/buildkit-syft-scanner:stable-1
}
