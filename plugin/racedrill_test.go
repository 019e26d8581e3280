//go:build drill && !race

package plugin

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// raced counts rounds in which two machines published one platform each under one tag: whole ends with both platforms,
// told with one and an error that says so, lost with one and no error.
type raced struct{ whole, told, lost int }

// TestTagRaceDrill measures the window that stays where two machines publish one tag at once; make drill-race runs it,
// with MULTIPLAT_ROUNDS rounds of each kind. Answers take 20 to 140 ms, and the second machine begins up to a second
// later than the first.
func TestTagRaceDrill(t *testing.T) {
	rounds, err := strconv.Atoi(os.Getenv("MULTIPLAT_ROUNDS"))
	assert.NilError(t, err, "MULTIPLAT_ROUNDS is how many rounds there are; make drill-race sets it")
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a drill is to be the same each time
	for _, flags := range [][]string{nil, {"--amend"}} {
		var sum raced
		for i := range rounds {
			t.Run(fmt.Sprint(flags, i), func(t *testing.T) {
				sum.count(t, random, flags)
			})
		}
		t.Logf("%v: of %d rounds %d whole, %d told, %d lost", flags, rounds, sum.whole, sum.told, sum.lost)
		assert.Equal(t, sum.whole+sum.told+sum.lost, rounds)
	}
}

// count runs one round.
func (r *raced) count(t *testing.T, random *rand.Rand, flags []string) {
	t.Helper()
	registry := newFakeRegistry(t)
	name := registry.Host + "/team/app:1"
	var machines [2]publisher
	for i := range machines {
		machines[i].fakeCLI = newFakeCLI(t)
	}
	t.Setenv("MULTIPLAT_STORE", "")
	for i, arch := range []string{"amd64", "arm64"} {
		s, err := store.Open(machines[i].Host().StoreFolder())
		assert.NilError(t, err)
		plugintest.SaveDraft(t, s, name, arch, plugintest.PassedImage(t, s, arch, "app"))
		assert.NilError(t, s.Close())
	}
	var mu sync.Mutex
	upTo := func(most time.Duration) <-chan time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.After(time.Duration(random.Int64N(int64(most))))
	}
	registry.Intercept(func(http.ResponseWriter, *http.Request) bool {
		<-time.After(20 * time.Millisecond)
		<-upTo(120 * time.Millisecond)
		return false
	})
	var done sync.WaitGroup
	for i := range machines {
		root := rootCommand(t, machines[i].fakeCLI)
		root.SetArgs(append([]string{"multiplat", "publish", "--arch-tags", "none", name}, flags...))
		done.Go(func() {
			if i == 1 {
				<-upTo(time.Second)
			}
			machines[i].err = root.ExecuteContext(t.Context())
		})
	}
	done.Wait()
	registry.Intercept(nil)
	failed := false
	for _, m := range machines {
		failed = failed || m.err != nil
		assert.Check(t, m.err == nil || ExitCode(m.err) == failure.ExitIntegrity, "%v", m.err)
	}
	switch served := strings.Join(plugintest.PlatformsListed(registry.Index(t, "1")), " "); {
	case strings.Contains(served, "amd64") && strings.Contains(served, "arm64"):
		r.whole++
	case failed:
		r.told++
	default:
		r.lost++
	}
}
