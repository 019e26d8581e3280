# shellcheck shell=bash
# What the steps of the actions have in common. Inputs come by the environment, so that none is taken for shell.

flags=()

# once FLAG VALUE: the flag, where there is a value
once() { [[ -z $2 ]] || flags+=("$1=$2"); }

# lines FLAG VALUES: the flag for each line that is not empty
lines() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    line=${line%$'\r'}
    line=${line#"${line%%[![:space:]]*}"}
    line=${line%"${line##*[![:space:]]}"}
    [[ -z $line ]] || flags+=("$1=$line")
  done <<<"$2"
}

# list FLAG VALUES: the flag for each value of a list with commas or lines
list() { lines "$1" "${2//,/$'\n'}"; }

# is_true NAME VALUE: whether the value of an input is a spelling of true; what is none of true or false ends the step, so
# that a slip is not taken for the answer that publishes
is_true() {
  case ${2,,} in
  true | yes | on | y | 1) return 0 ;;
  false | no | off | n | 0 | '') return 1 ;;
  *) echo "::error::$1 is \"true\" or \"false\", not \"$2\"" && exit 2 ;;
  esac
}

# truth FLAG VALUE: the flag where the value is true
truth() { if is_true "$1" "$2"; then flags+=("$1"); fi; }

# output NAME VALUE: an output of the step, whatever is in it
output() {
  local end
  end=end_$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s<<%s\n%s\n%s\n' "$1" "$end" "$2" "$end" >>"$GITHUB_OUTPUT"
}
