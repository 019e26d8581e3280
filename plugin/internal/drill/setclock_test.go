//go:build drill

package drill

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/internal/drilltest"
	"github.com/docker-multiplat/docker-multiplat/manifest/registrytest"
)

const year = 365 * 24 * time.Hour

// offClocks are how far a clock is off.
func offClocks() []time.Duration {
	return []time.Duration{
		-20 * year, -time.Hour, -3 * time.Minute, -2 * time.Second, 0, 2 * time.Second, 3 * time.Minute, time.Hour, 30 * year,
	}
}

// clockRuns has publishes, merges, promotes and amends run by a clock that is off, and that is set at one request in
// three, back or forward, while registries limit rates by dates and give tokens that are old or of tomorrow: each ends
// well at once.
func clockRuns(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for n := range d.Share(0.05) {
			t.Run(strconv.Itoa(n), func(t *testing.T) {
				count := d.Try(t)
				count(newTry(t, d.Options, n).bySetClock(t), true)
			})
		}
	})
	d.Finished(t, 1)
}

// bySetClock does a task by such a clock, and says how often that was set.
func (d *try) bySetClock(t *testing.T) int {
	t.Helper()
	if d.random.IntN(2) == 0 {
		d.behindTLS(t)
	}
	job := d.task(t)
	off := offClocks()
	var output bytes.Buffer
	cmd := d.command(t.Context(), "", job.args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	moved := &moves{begun: make(chan struct{})}
	for _, registry := range []*registrytest.Registry{d.registry, d.far} {
		moved.beside(registry, d.random.Uint64())
	}
	moved.clock = startByOwnClock(t, cmd, off[d.random.IntN(len(off))])
	close(moved.begun)
	_ = cmd.Wait() // its code says it
	got := ended{cmd.ProcessState.ExitCode(), output.String()}
	assert.Check(t, got.code == 0, "%v: exit %d: %s", job.args, got.code, got.output)
	d.registry.Calm()
	d.far.Calm()
	d.serves(t, job, got.output)
	return moved.often
}

// moves sets a clock while requests are answered.
type moves struct {
	begun chan struct{}
	clock *ownClock
	mu    sync.Mutex
	often int
}

// beside sets the clock by chance when a registry is asked. One request in twenty meets a limit or a token that is over.
func (m *moves) beside(registry *registrytest.Registry, seed uint64) {
	soon := func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		date := time.Now().Add(time.Second).UTC().Format(http.TimeFormat)
		registrytest.Status(http.StatusTooManyRequests, "", "Retry-After: "+date)(w, r, next)
	}
	limits := newChaos(seed, 20, kindsOf("a limit, or a token that is over", anything, soon, expired)...)
	limits.mounts = mounting()
	jumps := newChaos(seed+1, 3)
	for _, by := range offClocks() {
		jumps.kinds = append(jumps.kinds, kindsOf("a clock that is set", anything, m.by(by))...)
	}
	registry.On("", "", 0, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if jump := jumps.due(withoutMount(r)); jump != nil {
			jump(w, r, nil)
		}
		if r.URL.Path == "/token" {
			issued := time.Now().Add(offClocks()[seed%uint64(len(offClocks()))]).UTC().Format(time.RFC3339)
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"token":"of-a-drill","expires_in":60,"issued_at":"`+issued+`"}`)
			return
		}
		limits.fault(w, r, next)
	})
}

// by sets the clock.
func (m *moves) by(off time.Duration) registrytest.Fault {
	return func(http.ResponseWriter, *http.Request, http.Handler) {
		<-m.begun
		m.mu.Lock()
		defer m.mu.Unlock()
		m.often++
		m.clock.set(off)
	}
}

// withoutMount is a request as if it did not ask to mount: those have chances of their own.
func withoutMount(r *http.Request) *http.Request {
	plain := r.Clone(r.Context())
	query := plain.URL.Query()
	query.Del("mount")
	plain.URL.RawQuery = query.Encode()
	return plain
}

// clockDistrusts has commands meet a registry whose certificate is valid for an hour about now, by clocks that are off:
// it is refused, nothing is sent, and the words name the clock.
func clockDistrusts(t *testing.T, d *drilltest.Drill) {
	t.Helper()
	t.Run("try", func(t *testing.T) {
		for _, by := range offClocks() {
			for _, verb := range []string{"publish", "verify", "promote", "inspect"} {
				t.Run(fmt.Sprint(by, "/", verb), func(t *testing.T) {
					count := d.Try(t)
					newTry(t, d.Options, 0).distrusted(t, verb, by)
					count(1, by.Abs() < time.Hour)
				})
			}
		}
	})
}

// distrusted runs a command by a clock that is off, against a registry that is believed by the right time only.
func (d *try) distrusted(t *testing.T, verb string, by time.Duration) {
	t.Helper()
	d.behindTLS(t, certificateForAnHour(t))
	d.published(t, "", "old", []string{"linux/amd64"}, []string{"v0"})
	d.draft(t, "", "new", []string{"linux/amd64"}, []string{"v0"})
	old, err := d.read("v0")
	assert.NilError(t, err)
	args := map[string][]string{
		"publish": {"publish", d.name("v0")}, "verify": {"verify", d.name("v0")},
		"promote": {"promote", d.name("v0"), d.name("v1")}, "inspect": {"inspect", "--remote", d.name("v0")},
	}[verb]
	got := d.runBy(t, by, args...)
	if by.Abs() < time.Hour {
		assert.Check(t, got.code == 0, "exit %d: %s", got.code, got.output)
		return
	}
	assert.Check(t, got.code == 7, "exit %d: %s", got.code, got.output)
	assert.Check(t, strings.Contains(got.output, "certificate has expired or is not yet valid: current time "), got.output)
	if verb == "publish" || verb == "promote" {
		assert.Check(t, strings.Contains(got.output, "   (once the clock of this machine is right, and "), got.output)
	}
	now, err := d.read("v0")
	assert.NilError(t, err)
	assert.Equal(t, now.digest, old.digest)
	d.leavesNothing(t)
}

// certificateForAnHour is valid half an hour before and after now, for the name that the registry is called.
func certificateForAnHour(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	assert.NilError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: fronted}, DNSNames: []string{fronted},
		NotBefore: time.Now().Add(-time.Hour / 2), NotAfter: time.Now().Add(time.Hour / 2),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	assert.NilError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
