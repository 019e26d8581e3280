#!/usr/bin/env bash
# Builds and tests every platform, and publishes what has passed. The exit code is that of docker multiplat.
set -euo pipefail
# shellcheck source=../lib.sh
source "$GITHUB_ACTION_PATH/../lib.sh"

work=$(mktemp -d "${RUNNER_TEMP:-/tmp}/multiplat.XXXXXX")

# secret NAME=VALUE...: each value of a list of lines by the environment of the build, never on its command line
secret() {
  local line n=0
  while IFS= read -r line || [[ -n $line ]]; do
    [[ -n $line ]] || continue
    [[ $line == *=* ]] || { echo "::error::a secret is KEY=VALUE"; exit 2; }
    n=$((n + 1))
    printf '%s' "${line#*=}" >"$work/secret$n"
    flags+=("--secret=id=${line%%=*},src=$work/secret$n")
  done <<<"$1"
}

# sources KIND LINES: secrets that are in files, or in variables
sources() {
  local i=${#flags[@]} entry
  lines '' "$2"
  for (( ; i < ${#flags[@]}; i++)); do
    entry=${flags[i]#=}
    flags[i]=--secret=id=${entry%%=*},$1=${entry#*=}
  done
}

# asked for once, before anything is done
by_digest=false summary=false tested=false
if is_true by-digest "$INPUT_BY_DIGEST"; then by_digest=true; fi
if is_true summary "$INPUT_SUMMARY"; then summary=true; fi
if is_true test-local "$INPUT_TEST_LOCAL"; then tested=true; fi

umask 077
trap 'rm -f "$work"/secret*' EXIT

list --tag "$INPUT_TAGS"
once --file "$INPUT_FILE"
once --platform "${INPUT_PLATFORMS//[[:space:]]/}"
truth --load "$INPUT_LOAD"
lines --build-arg "$INPUT_BUILD_ARGS"
lines --build-context "$INPUT_BUILD_CONTEXTS"
lines --label "$INPUT_LABELS"
lines --annotation "$INPUT_ANNOTATIONS"
secret "$INPUT_SECRETS"
sources src "$INPUT_SECRET_FILES"
sources env "${INPUT_SECRET_ENVS//,/$'\n'}"
list --ssh "$INPUT_SSH"
once --target "$INPUT_TARGET"
lines --cache-from "$INPUT_CACHE_FROM"
lines --cache-to "$INPUT_CACHE_TO"
truth --no-cache "$INPUT_NO_CACHE"
list --no-cache-filter "$INPUT_NO_CACHE_FILTERS"
truth --pull "$INPUT_PULL"
once --network "$INPUT_NETWORK"
list --add-host "$INPUT_ADD_HOSTS"
list --allow "$INPUT_ALLOW"
lines --attest "$INPUT_ATTESTS"
once --provenance "$INPUT_PROVENANCE"
once --sbom "$INPUT_SBOM"
once --shm-size "$INPUT_SHM_SIZE"
lines --ulimit "$INPUT_ULIMIT"
once --cgroup-parent "$INPUT_CGROUP_PARENT"
once --builder "$INPUT_BUILDER"
truth --test-local "$tested"
lines --test "$INPUT_TEST"
lines --test-exec "$INPUT_TEST_EXEC"
list --test-config "$INPUT_TEST_CONFIG"
once --test-file "$INPUT_TEST_FILE"
lines --allow-foreign "$INPUT_ALLOW_FOREIGN"
once --emulation "$INPUT_EMULATION"
list --report "$INPUT_REPORT"
if $tested; then flags+=("--report=md=$work/report"); fi
if ! $by_digest; then truth --push "$INPUT_PUSH"; fi
while IFS= read -r line; do [[ -z $line ]] || flags+=("$line"); done <<<"$INPUT_ARGS"

code=0
docker multiplat build --metadata-file "$work/metadata.json" --iidfile "$work/digest" "${flags[@]}" "$INPUT_CONTEXT" ||
  code=$?
if [[ $code == 0 && $by_digest == true ]]; then
  flags=()
  list '' "$INPUT_TAGS"
  docker multiplat publish --by-digest --metadata-file "$work/metadata.json" "${flags[@]#=}" || code=$?
fi

# what there is, is given also after a failure: that is when it is read
if [[ -s $work/digest ]]; then output digest "$(cat "$work/digest")"; fi
if [[ -s $work/metadata.json ]]; then
  output metadata "$(cat "$work/metadata.json")"
  output metadata-file "$work/metadata.json"
fi
if [[ -s $work/report ]]; then
  output report "$(cat "$work/report")"
  if [[ $summary == true && -n ${GITHUB_STEP_SUMMARY:-} ]]; then cat "$work/report" >>"$GITHUB_STEP_SUMMARY"; fi
fi
exit "$code"
