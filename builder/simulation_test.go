package builder

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// A farm of many nodes, with stand-ins in the place of BuildKit: how busy the nodes are while there is something left
// to be handed out, and what the client needs, which is a process of its own. make farm-simulation prints it: a busy
// machine would say nothing of it.
func TestFarmSimulation(t *testing.T) {
	if os.Getenv("FARM_SIMULATION") == "" {
		t.Skip("FARM_SIMULATION is not set")
	}
	for _, tc := range []struct{ nodes, targets int }{{6, 20}, {12, 20}, {25, 20}, {50, 20}, {50, 100}} {
		t.Run(fmt.Sprintf("%d nodes, %d targets", tc.nodes, tc.targets), func(t *testing.T) {
			simulate(t, tc.nodes, tc.targets)
		})
	}
}

// span is how long a node worked on one solve.
type span struct{ begun, ended time.Duration }

// serial are nodes that do one thing at a time, which takes between one and three times as long as unit.
type serial struct {
	unit    time.Duration
	started time.Time

	mu    sync.Mutex
	count int
	turns map[string]*sync.Mutex
	spans map[string][]span
}

// work takes its time on a node, when it is its turn.
func (s *serial) work(node string) {
	const kinds = 11
	s.mu.Lock()
	if s.turns[node] == nil {
		s.turns[node] = &sync.Mutex{}
	}
	turn, takes := s.turns[node], s.unit+time.Duration(s.count*7%kinds)*s.unit/5
	s.count++
	s.mu.Unlock()
	turn.Lock()
	now := span{begun: time.Since(s.started)}
	<-time.After(takes) // it is what is simulated
	now.ended = time.Since(s.started)
	turn.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spans[node] = append(s.spans[node], now)
}

// ends are when the first piece of work was begun, and the last ended.
func (s *serial) ends() (first, end time.Duration) {
	first = time.Hour
	for _, list := range s.spans {
		for _, one := range list {
			first, end = min(first, one.begun), max(end, one.ended)
		}
	}
	return first, end
}

// busy is the share of the time of so many nodes that they have worked: until the last piece of work was begun, and in
// all.
func (s *serial) busy(nodes int) (until, all float64) {
	first, end := s.ends()
	last := time.Duration(0)
	for _, list := range s.spans {
		for _, one := range list {
			last = max(last, one.begun)
		}
	}
	var early, whole time.Duration
	for _, list := range s.spans {
		for _, one := range list {
			early += max(0, min(one.ended, last)-one.begun)
			whole += one.ended - one.begun
		}
	}
	of := func(part, time time.Duration) float64 {
		return 100 * part.Seconds() / (float64(nodes) * time.Seconds())
	}
	return of(early, last-first), of(whole, end-first)
}

// simulatedPlatforms are what a simulated farm builds for.
func simulatedPlatforms() []string {
	return []string{"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x", "linux/ppc64le", "linux/riscv64"}
}

// simulate bakes on a farm.
func simulate(t *testing.T, nodes, targets int) {
	t.Helper()
	s := &serial{unit: 3 * time.Second, turns: map[string]*sync.Mutex{}, spans: map[string][]span{}, started: time.Now()}
	list := simulatedPlatforms()
	storing(t, standIns(t, nodes, list, s.work))
	args := []string{"-test.run=^TestFarmClient$", "-test.v"}
	client := exec.CommandContext(t.Context(), os.Args[0], args...) //nolint:gosec // it is this test
	client.Env = append(os.Environ(), fmt.Sprintf("FARM_CLIENT=%d %d", nodes, targets))
	out, err := client.CombinedOutput()
	assert.NilError(t, err, "%s", out)
	peak := regexp.MustCompile(`VmHWM:\s+(\d+ kB)`).FindSubmatch(out)
	assert.Assert(t, peak != nil, "%s", out)
	first, end := s.ends()
	until, all := s.busy(nodes)
	t.Logf("%d nodes, %d targets × %d platforms: %.0f s, %d nodes used, busy %.0f %% until the last was begun, "+
		"%.0f %% in all; client at most %s", nodes, targets, len(list), (end - first).Seconds(), len(s.spans), until, all,
		peak[1])
}

// TestFarmClient is the client of a simulated farm, which prints how much memory it needed at most.
func TestFarmClient(t *testing.T) {
	const atOnce = 2
	var nodes, targets int
	if _, err := fmt.Sscan(os.Getenv("FARM_CLIENT"), &nodes, &targets); err != nil {
		t.Skip("FARM_CLIENT is not set")
	}
	list := simulatedPlatforms()
	bakeOn(t, booted(t, initialized(t), nodes, list), targets, list, atOnce)
	status, err := os.ReadFile(filepath.Join("/proc", "self", "status"))
	assert.NilError(t, err)
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmHWM:") {
			t.Log(line)
		}
	}
}
