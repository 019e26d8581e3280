package machine

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// What is proven of a builder on an engine is nothing of another builder's, nor of another engine's.
func TestProvenIsOfBuilderAndEngine(t *testing.T) {
	var r Record
	r.prove("multiplat", "unix:///a", []string{"linux/amd64", "linux/arm64"})
	r.prove("duo", "unix:///a", []string{"linux/amd64"})
	r.prove("multiplat", "unix:///b", []string{"linux/s390x"})
	fake := plugintest.NewCLI(t)
	assert.NilError(t, WriteRecord(fake.Host(), r))
	r, err := ReadRecord(fake.Host())
	assert.NilError(t, err)
	assert.DeepEqual(t, r.Proven("multiplat", "unix:///a"), []string{"linux/amd64", "linux/arm64"})
	assert.DeepEqual(t, r.Proven("duo", "unix:///a"), []string{"linux/amd64"})
	assert.DeepEqual(t, r.Proven("multiplat", "unix:///b"), []string{"linux/s390x"})
	assert.Equal(t, len(r.Proven("other", "unix:///a")), 0)
	r.prove("duo", "unix:///a", nil)
	assert.Equal(t, len(r.Proven("duo", "unix:///a")), 0)
	assert.DeepEqual(t, r.Proven("multiplat", "unix:///a"), []string{"linux/amd64", "linux/arm64"})
}

// Records of before knew one list for all builders: it serves those of which nothing newer is known.
func TestRecordsOfBeforeAreRead(t *testing.T) {
	fake := plugintest.NewCLI(t)
	file := RecordFile(fake.Host())
	assert.NilError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	assert.NilError(t, os.WriteFile(file, []byte(`{"platforms":["linux/amd64","linux/arm64"]}`), 0o600))
	r, err := ReadRecord(fake.Host())
	assert.NilError(t, err)
	r.prove("duo", "unix:///a", []string{"linux/amd64"})
	assert.NilError(t, WriteRecord(fake.Host(), r))
	r, err = ReadRecord(fake.Host())
	assert.NilError(t, err)
	assert.DeepEqual(t, r.Proven("multiplat", "unix:///a"), []string{"linux/amd64", "linux/arm64"})
	assert.DeepEqual(t, r.Proven("duo", "unix:///a"), []string{"linux/amd64"})
}

// An init that fails adds what runs now, and takes nothing away; one that is fine decides.
func TestFailedInitTakesNothingAway(t *testing.T) {
	fake := plugintest.NewCLI(t)
	i := NewInit(fake.Host(), InitRequest{Builder: "duo"}, nil)
	i.record.prove("duo", fake.Host().Endpoint(), []string{"linux/amd64", "linux/arm64"})
	fine := Readiness{Platform: "linux/s390x", EngineRuns: true, BuilderRuns: true, BuilderProbed: true}
	i.rows = []Readiness{fine, {Platform: "linux/arm64", EngineRuns: true}}
	i.keepProven()
	assert.DeepEqual(t, i.record.Proven("duo", fake.Host().Endpoint()),
		[]string{"linux/amd64", "linux/arm64", "linux/s390x"})
	i.rows = i.rows[:1]
	i.keepProven()
	assert.DeepEqual(t, i.record.Proven("duo", fake.Host().Endpoint()), []string{"linux/s390x"})
}

// A platform that a node was given and that has never run is looked at as well: init has said that it does not.
func TestStatusLooksAtWhatNodesWereGiven(t *testing.T) {
	fake := plugintest.NewCLI(t)
	fake.AddBuilder(t, "farm")
	fake.AddNode(t, "farm", "pi", "linux/arm64")
	s, err := OpenStatus(fake.Host())
	assert.NilError(t, err)
	assert.Equal(t, len(s.Prepared("farm")), 0, "the default stands where nothing is proven")
	s.record.prove("farm", fake.Host().Endpoint(), []string{"linux/amd64"})
	assert.DeepEqual(t, s.Prepared("farm"), []string{"linux/amd64", "linux/arm64"})
	assert.DeepEqual(t, s.record.Proven("farm", fake.Host().Endpoint()), []string{"linux/amd64"})
}
