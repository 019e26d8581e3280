package engine_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	dockerclient "github.com/moby/moby/client"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/builder/engine"
	"github.com/docker-multiplat/docker-multiplat/builder/errdefs"
)

// answering answers each request with one body.
type answering struct {
	info, api string
	status    int
}

// RoundTrip implements [http.RoundTripper].
func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := &http.Response{
		StatusCode: http.StatusOK, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}, "Api-Version": {a.api}},
		Body:   io.NopCloser(strings.NewReader("OK")),
	}
	if strings.HasSuffix(r.URL.Path, "/info") {
		answer.StatusCode, answer.Body = a.status, io.NopCloser(strings.NewReader(a.info))
	}
	return answer, nil
}

// FuzzInspect holds that whatever answers in the place of an engine is one with a platform, or is not ready; and that
// what was read is no network and no secret.
func FuzzInspect(f *testing.F) {
	f.Add(`{"OSType":"linux","Architecture":"x86_64","NCPU":2,"SecurityOptions":["name=rootless","name=userns,x=y"],`+
		`"RegistryConfig":{"Mirrors":["http://m"],"IndexConfigs":{"r:1":{"Name":"r:1","Secure":false},"x":null}},`+
		`"HTTPProxy":"http://u:p@h","DriverStatus":[["driver-type","io.containerd.snapshotter.v1"],[]]}`, "1.47", uint16(200))
	f.Add(`{"OSType":"linux"}`, "1.2", uint16(200))
	f.Add(`{"message":"no"}`, "", uint16(500))
	f.Add(`{"RegistryConfig":{"InsecureRegistryCIDRs":["x"]}}`, "x.y", uint16(204))
	f.Fuzz(func(t *testing.T, info, api string, status uint16) {
		client, err := dockerclient.New(dockerclient.WithHTTPClient(&http.Client{
			Transport: answering{info: info, api: api, status: int(status)},
		}))
		assert.NilError(t, err)
		found, err := engine.Inspect(t.Context(), client)
		if err != nil {
			assert.ErrorIs(t, err, errdefs.ErrNotReady)
			return
		}
		assert.Assert(t, found.Platform.OS != "" && found.Platform.Architecture != "", "%+v", found)
		assert.Assert(t, json.Valid([]byte(info)) || strings.HasPrefix(strings.TrimSpace(info), "{"))
		for _, host := range found.Insecure {
			assert.Assert(t, !strings.Contains(host, "/"), "%q is a network", host)
		}
	})
}
