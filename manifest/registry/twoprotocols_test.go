package registry

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

// A registry on loopback is asked by HTTPS, then by HTTP. What it means is in the answer of the protocol it speaks, and
// not in that it does not speak the other.
func TestFailureOfTwoProtocols(t *testing.T) {
	for name, tc := range map[string]struct {
		fault registrytest.Fault
		want  error
		says  string
	}{
		"an outage":           {registrytest.Status(http.StatusServiceUnavailable, ""), ErrUnavailable, "503"},
		"a rate limit":        {registrytest.Status(http.StatusTooManyRequests, ""), ErrUnavailable, "429"},
		"a closed connection": {registrytest.HangUp(0), ErrUnavailable, "EOF"},
		"a refusal":           {registrytest.Status(http.StatusForbidden, "go away"), ErrRefused, "403"},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := registrytest.New(t)
			proxy.On("", "/v2/", 0, tc.fault)
			client := New(WithClock(newFakeClock()))
			_, err := client.Repository(t.Context(), named(t, proxy.Host()+"/team/app"), Pull)
			assert.ErrorIs(t, err, tc.want)
			assert.ErrorContains(t, err, tc.says)
			assert.Check(t, !strings.Contains(err.Error(), "TLS handshake"), "%v", err)
		})
	}
}
