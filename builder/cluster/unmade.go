package cluster

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// accountLimit is how long a namespace may be without a service account: the cluster makes that of a new one.
const accountLimit = 5 * time.Second

// unmade is why a Job has no pod, once it will have none: the cluster refuses it for a reason that does not pass, or
// has not made one for long.
func (p *Pool) unmade(ctx context.Context, r *run, waited time.Duration) error {
	seen, err := p.events(ctx, r.name)
	hopeless := slices.ContainsFunc(seen, func(e event) bool {
		return e.Reason == "FailedCreate" && final(e.Message, waited)
	})
	switch {
	case hopeless:
		return lost("the Job %s has no pod: %s", r.name, trouble(seen))
	case waited > schedulingLimit:
		return errors.Join(err, lost("the Job %s has no pod: %s", r.name, trouble(seen)))
	}
	return nil
}

// final tells a refusal of a pod that does not pass: by the security of pods, a limit, a quota that is too small also
// when nobody else uses it, a webhook. The API itself may be in trouble for a moment.
func final(message string, waited time.Duration) bool {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(message, word) })
	}
	switch {
	case has("exceeded quota"):
		return unused(message)
	case has("error looking up service account"):
		return waited > accountLimit
	}
	return has(" is forbidden: ", "denied the request", " is invalid: ")
}

// unused tells of a quota that is exceeded that nothing of it is in use.
func unused(message string) bool {
	_, used, _ := strings.Cut(message, ", used: ")
	used, _, found := strings.Cut(used, ", limited: ")
	for entry := range strings.SplitSeq(used, ",") {
		_, amount, _ := strings.Cut(entry, "=")
		found = found && amount == "0"
	}
	return found
}

// missingSecret is what the node says of a secret that the service account names and that is not there, where that is
// why the registry refuses an image. The secret that goes with a Job may be on its way.
func (p *Pool) missingSecret(ctx context.Context, r *run, refused string) string {
	refused = strings.ToLower(refused)
	if !strings.Contains(refused, "authoriz") && !strings.Contains(refused, "denied") {
		return ""
	}
	seen, err := p.events(ctx, r.pod.Metadata.Name)
	if err != nil {
		return "" // it is waited for
	}
	for _, e := range seen {
		if e.Reason == "FailedToRetrieveImagePullSecret" && !strings.Contains(e.Message, r.name) {
			return "; " + e.Message
		}
	}
	return ""
}
