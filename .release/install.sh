#!/bin/sh
# Installs docker-multiplat, a plugin of the Docker CLI, or updates it: run it again.
#
#   install.sh [--version VERSION] [--system | --dir FOLDER] [--from URL|FOLDER] [--uninstall]
#
#   --version VERSION   which release (default: the latest)
#   --system            for all users of this machine, in the folder where the Docker CLI looks for that
#   --dir FOLDER        into this folder (default: cli-plugins in DOCKER_CONFIG, or in ~/.docker)
#   --from URL|FOLDER   where the files of the release are, such as a mirror or a folder without a network
#   --uninstall         remove the plugin from there; drafts and builders stay
#
# The file is checked against SHA256SUMS of the same release before anything is replaced, and replaced at once.
# Nothing is sent anywhere. It needs sh, curl or wget, and one of sha256sum, shasum, openssl.
set -eu

releases=https://github.com/docker-multiplat/docker-multiplat/releases
plugin=docker-multiplat

say() { printf '%s\n' "$*" >&2; }
die() { say "install.sh: $*"; exit 1; }
usage() { say "usage: install.sh [--version VERSION] [--system | --dir FOLDER] [--from URL|FOLDER] [--uninstall]"; exit 2; }
has() { command -v "$1" >/dev/null 2>&1; }

version=latest folder='' from='' system=false remove=false
while [ $# -gt 0 ]; do
  case $1 in
  --version=* | --dir=* | --from=*)
    value=${1#*=} name=${1%%=*}
    shift
    set -- "$name" "$value" "$@"
    continue
    ;;
  --version | --dir | --from)
    [ $# -ge 2 ] && [ -n "$2" ] || { say "install.sh: $1 needs a value"; usage; }
    case $1 in --version) version=$2 ;; --dir) folder=$2 ;; --from) from=$2 ;; esac
    shift 2
    ;;
  --system) system=true; shift ;;
  --uninstall) remove=true; shift ;;
  -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p;}' "$0"; exit 0 ;;
  *) say "install.sh: unknown argument \"$1\""; usage ;;
  esac
done
case $version in
latest | [0-9A-Za-z]*) ;;
*) die "\"$version\" is no version; give one like v1.0.0" ;;
esac
case $version in *[!0-9A-Za-z.+_-]*) die "\"$version\" is no version; give one like v1.0.0" ;; esac
if $system && [ -n "$folder" ]; then say "install.sh: --system and --dir exclude each other"; usage; fi

# the folders where the Docker CLI looks for plugins of all users, in its order
system_folder() {
  for there in /usr/local/lib/docker/cli-plugins /usr/local/libexec/docker/cli-plugins /usr/lib/docker/cli-plugins \
    /usr/libexec/docker/cli-plugins; do
    if [ -d "$there" ]; then printf '%s\n' "$there"; return; fi
  done
  printf '%s\n' /usr/local/lib/docker/cli-plugins
}

# the folder of this user
own_folder() {
  if [ -n "${DOCKER_CONFIG:-}" ]; then printf '%s\n' "$DOCKER_CONFIG/cli-plugins"; return; fi
  [ -n "${HOME:-}" ] || die "HOME is not set; give --dir FOLDER or --system"
  printf '%s\n' "$HOME/.docker/cli-plugins"
}

# the name of the file for this machine
file_name() {
  os=$(uname -s) arch=$(uname -m)
  case $os in
  Linux) os=linux ;;
  Darwin) os=darwin ;;
  *) die "there is no plugin for $os here; on Windows copy $plugin-windows-amd64.exe of $releases to %USERPROFILE%\\.docker\\cli-plugins\\$plugin.exe" ;;
  esac
  case $arch in
  x86_64 | amd64) arch=amd64 ;;
  aarch64 | arm64) arch=arm64 ;;
  armv7* | armv8l) arch=arm-v7 ;;
  s390x | ppc64le | riscv64) ;;
  *) die "there is no plugin for $os on $arch; build it from the sources: make install" ;;
  esac
  printf '%s\n' "$plugin-$os-$arch"
}

# fetch NAME: copies a file of the release into the work folder
fetch() {
  if [ -n "$from" ] && [ -d "$from" ]; then
    [ -f "$from/$1" ] || die "there is no $1 in $from"
    cp "$from/$1" "$work/$1"
    return
  fi
  if [ -n "$from" ]; then url=${from%/}/$1
  elif [ "$version" = latest ]; then url=$releases/latest/download/$1
  else url=$releases/download/$version/$1; fi
  case $url in http://* | https://*) ;; *) die "\"$from\" is neither a folder nor a URL" ;; esac
  if has curl; then curl -fsSL --retry 3 -o "$work/$1" "$url" || die "downloading $url failed; nothing was changed"
  elif has wget; then wget -q -O "$work/$1" "$url" || die "downloading $url failed; nothing was changed"
  else die "neither curl nor wget is here; install one, or download the files of $releases and give --from FOLDER"; fi
}

sum_of() {
  if has sha256sum; then sha256sum <"$1" | cut -d' ' -f1
  elif has shasum; then shasum -a 256 <"$1" | cut -d' ' -f1
  elif has openssl; then openssl dgst -sha256 <"$1" | sed 's/.* //'
  else die "none of sha256sum, shasum and openssl is here to check the download with; nothing was changed"; fi
}

cannot_write() {
  die "$folder cannot be written; nothing was changed. Run it as root with --system, or give --dir FOLDER"
}

if [ -z "$folder" ]; then if $system; then folder=$(system_folder); else folder=$(own_folder); fi; fi

if $remove; then
  [ -e "$folder/$plugin" ] || die "there is no $folder/$plugin"
  rm -f "$folder/$plugin" 2>/dev/null || cannot_write
  say "removed $folder/$plugin; drafts and builders stay"
  exit 0
fi

name=$(file_name)
work=$(mktemp -d "${TMPDIR:-/tmp}/multiplat.XXXXXX") || die "no temporary folder could be made; set TMPDIR"
placed=''
trap 'rm -rf "$work"; [ -z "$placed" ] || rm -f "$placed"' EXIT
trap 'exit 130' INT TERM HUP

fetch SHA256SUMS
fetch "$name"
wanted=$(awk -v name="$name" '$2 == name || $2 == "*" name {print $1; exit}' "$work/SHA256SUMS")
[ -n "$wanted" ] || die "SHA256SUMS does not speak of $name; nothing was changed"
found=$(sum_of "$work/$name")
[ "$found" = "$wanted" ] ||
  die "$name has the SHA-256 $found, and SHA256SUMS says $wanted: it is not what was released; nothing was changed"

mkdir -p "$folder" 2>/dev/null || cannot_write
placed=$folder/.$plugin.$$ # beside it, so that it is replaced at once
cp "$work/$name" "$placed" 2>/dev/null || cannot_write
chmod 755 "$placed"
mv -f "$placed" "$folder/$plugin" 2>/dev/null || cannot_write
placed=''
"$folder/$plugin" multiplat version --format '{{.Version}} {{.Commit}}' >"$work/version" 2>&1 ||
  die "$folder/$plugin does not run here: $(head -n 1 "$work/version")"
say "installed $folder/$plugin: $(head -n 1 "$work/version" | cut -d' ' -f1)"

if ! has docker; then
  say "docker is not here: the plugin needs the Docker CLI (23.0 or later) and an engine that it can reach."
  say "Install them (https://docs.docker.com/engine/install), or the docker-cli package and DOCKER_HOST=ssh://HOST."
  exit 0
fi
if ! answer=$(docker multiplat version --format '{{.Version}} {{.Commit}}' 2>&1); then
  say "docker does not find the plugin there: $(printf '%s\n' "$answer" | head -n 1)"
  say "It looks in cli-plugins of its configuration folder, and for all users in $(system_folder)."
elif [ "$answer" != "$(cat "$work/version")" ]; then
  say "docker runs another one, which comes first: $(printf '%s\n' "$answer" | head -n 1 | cut -d' ' -f1); remove it from $(own_folder)"
else
  say "next: docker multiplat init"
fi
