package create

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/shlex"

	"github.com/docker-multiplat/docker-multiplat/internal/keyvalue"
)

// daemonFlags are the flags of BuildKit's daemon that take a value, and daemonSwitches those that do not need one, in
// the version that this program is built with.
func daemonFlags() []string {
	return strings.Fields(`config root addr group debugaddr tlscert tlskey tlscacert allow-insecure-entitlement
		otel-socket-path cdi-spec-dir log-level log-format log-file service-name
		oci-worker oci-worker-labels oci-worker-snapshotter oci-worker-proxy-snapshotter-path oci-worker-platform
		oci-worker-gc-keepstorage oci-worker-net oci-worker-binary oci-worker-apparmor-profile oci-cni-config-path
		oci-cni-binary-dir oci-cni-pool-size oci-max-parallelism
		containerd-worker containerd-worker-addr containerd-worker-labels containerd-worker-platform
		containerd-worker-namespace containerd-worker-net containerd-worker-runtime containerd-worker-snapshotter
		containerd-worker-gc-keepstorage containerd-worker-apparmor-profile containerd-cni-config-path
		containerd-cni-binary-dir containerd-cni-pool-size containerd-max-parallelism`)
}

// daemonSwitches are the others.
func daemonSwitches() []string {
	return strings.Fields(`debug trace rootless cdi-disabled save-cache-debug proxy-network
		oci-worker-gc oci-worker-no-process-sandbox oci-worker-selinux
		containerd-worker-gc containerd-worker-hyperv-isolation containerd-worker-selinux
		run-service register-service unregister-service`)
}

// checkDaemonFlags reads flags as BuildKit's daemon does. Another image than the usual may have flags that nobody knows
// here.
func checkDaemonFlags(text string, otherImage bool) error {
	words, err := shlex.Split(text)
	if err != nil {
		return err
	}
	takes := daemonTakes()
	for i := 0; i < len(words); i++ {
		name, value, given := strings.Cut(strings.TrimLeft(words[i], "-"), "=")
		if !strings.HasPrefix(words[i], "-") || name == "" {
			return fmt.Errorf("word %d in it is no flag; give flags of buildkitd, like --debug", i+1)
		}
		valued, known := takes[name]
		switch {
		case !known && !otherImage:
			return fmt.Errorf("buildkitd has no flag --%s; see its flags with: docker run --rm moby/buildkit --help", name)
		case !known: // it may take the next word
			i += valueBehind(words, i, given)
		case valued && !given:
			if i++; i == len(words) {
				return fmt.Errorf("there is no value behind --%s", name)
			}
		case !valued && given:
			if _, err := strconv.ParseBool(value); err != nil {
				return fmt.Errorf("--%s=%s: %w", name, value, errors.New("it is true or false"))
			}
		}
	}
	return nil
}

// daemonTakes are all flags that are known, with whether they take a value.
func daemonTakes() map[string]bool {
	takes := map[string]bool{}
	for _, name := range daemonFlags() {
		takes[name] = true
	}
	for _, name := range daemonSwitches() {
		takes[name] = false
	}
	return takes
}

// FlagPieces takes flags of BuildKit's daemon apart into what may be told and what may be a secret: the values of those
// that nobody knows here, and words that belong to none.
func FlagPieces(text string) (list []keyvalue.Piece) {
	takes, open := daemonTakes(), false
	for i, word := range strings.Split(text, " ") {
		if i > 0 {
			list = append(list, keyvalue.Piece{Text: " "})
		}
		name, value, given := strings.Cut(word, "=")
		valued, known := takes[strings.TrimLeft(name, "-")]
		switch isFlag := strings.HasPrefix(word, "-"); {
		case word == "" || isFlag && (known || !given), open && !isFlag:
			list = append(list, keyvalue.Piece{Text: word})
		case isFlag:
			list = append(list, keyvalue.Piece{Text: name + "="},
				keyvalue.Piece{Text: value, Secret: true, Key: strings.TrimLeft(name, "-")})
		default:
			list = append(list, keyvalue.Piece{Text: word, Secret: true})
		}
		open = valued && !given
	}
	return list
}

// shownFlags are flags of BuildKit's daemon as they may be told.
func shownFlags(text string) string { return keyvalue.Join(FlagPieces(text)) }

// valueBehind counts the word behind a flag that is not known, where it is no flag itself.
func valueBehind(words []string, at int, given bool) int {
	if given || at+1 == len(words) || strings.HasPrefix(words[at+1], "-") {
		return 0
	}
	return 1
}
