#!/usr/bin/env bash
# Installs the plugin for the user of the job, and prepares the machine.
set -euo pipefail
# shellcheck source=../lib.sh
source "$GITHUB_ACTION_PATH/../lib.sh"

once --version "$INPUT_VERSION"
once --from "$INPUT_FROM"
sh "$GITHUB_ACTION_PATH/../../../.release/install.sh" "${flags[@]}"
output version "$(docker multiplat version --format '{{.Version}}')"

flags=()
once --builder "$INPUT_BUILDER"
if [[ -n $INPUT_BUILDER ]]; then echo "BUILDX_BUILDER=$INPUT_BUILDER" >>"$GITHUB_ENV"; fi
once --platform "${INPUT_PLATFORMS//[[:space:]]/}"
if ! is_true init "$INPUT_INIT"; then exit 0; fi
asked=("${flags[@]}")
lines --driver-opt "$INPUT_DRIVER_OPTS"
once --buildkitd-flags "$INPUT_BUILDKITD_FLAGS"
once --buildkitd-config "$INPUT_BUILDKITD_CONFIG"
lines --node "$INPUT_NODES"
docker multiplat init "${flags[@]}"
output status "$(docker multiplat status --progress quiet --format json "${asked[@]}")"
