package cluster

import (
	"testing"
	"time"

	"github.com/containerd/platforms"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

const eventsPath = "/api/v1/namespaces/default/events"

// A pod that is refused for good is not waited for.
func TestPodIsRefused(t *testing.T) {
	for message, told := range map[string]bool{
		`pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true`:                                                    true,
		`pods \"p\" is forbidden: maximum memory usage per Container is 64Mi, but limit is 512Mi`:                                                      true,
		`pods \"p\" is forbidden: failed quota: q: must specify limits.cpu for: test`:                                                                  true,
		`pods \"p\" is forbidden: exceeded quota: q, requested: limits.memory=512Mi,pods=1, used: limits.memory=0,pods=0, limited: limits.memory=64Mi`: true,
		`pods \"p\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=4, limited: pods=4`:                                                 false,
		`pods \"p\" is forbidden: error looking up service account ci/default: serviceaccount \"default\" not found`:                                   false,
		`admission webhook \"v\" denied the request: no`:                                                                                               true,
		`Internal error occurred: failed calling webhook \"v\": connection refused`:                                                                    false,
		`Operation cannot be fulfilled on resourcequotas \"q\": the object has been modified`:                                                          false,
	} {
		a := &api{}
		pool := serve(t, a).Pool(platforms.MustParse("linux/arm64"))
		a.say(
			eventsPath,
			`{"items": [{"reason": "Resumed", "type": "Normal"}, {"reason": "FailedCreate", "type": "Warning", "message": "`+
				"Error creating: "+message+`"}]}`,
		)
		over, err := pool.arrived(t.Context(), &run{name: "j"}, &waitFor{since: time.Now()})
		assert.Check(t, !over)
		assert.Check(t, is.Equal(err != nil, told), "%s: %v", message, err)
		if told {
			assert.Check(t, is.ErrorContains(err, "the Job j has no pod: FailedCreate: Error creating: "))
		}
		assert.Check(t, is.ErrorContains(pool.unmade(t.Context(), &run{name: "j"}, schedulingLimit+1), "FailedCreate"))
	}
}

// That the secret of the service account is not there is told where the registry refuses an image, and not of the secret
// that goes with the Job.
func TestSecretIsMissing(t *testing.T) {
	a := &api{}
	pool := serve(t, a).Pool(platforms.MustParse("linux/arm64"))
	says := func(secret string) string {
		return `{"items": [{"reason": "FailedToRetrieveImagePullSecret", "type": "Warning", "message": "Unable to retrieve some image pull secrets (` +
			secret + `)"}]}`
	}
	const denied = "failed to authorize: 401 Unauthorized"
	a.say(eventsPath, says("nobody-has-it"))
	assert.Check(t, is.Contains(pool.missingSecret(t.Context(), &run{name: "j"}, denied), "(nobody-has-it)"))
	assert.Equal(t, pool.missingSecret(t.Context(), &run{name: "j"}, "not found"), "")
	a.say(eventsPath, says("j"))
	assert.Equal(t, pool.missingSecret(t.Context(), &run{name: "j"}, denied), "")
}
