//go:build e2e

package e2e

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// jenkinsfile is what is run of the pipeline: its variables, and the scripts of its stages.
type jenkinsfile struct {
	environ []string
	scripts []string
	kept    []string // what is left of a run, passed or failed
}

// newJenkinsfile reads the file, with the variables of an agent in its own.
func newJenkinsfile(t *testing.T, agent map[string]string) jenkinsfile {
	t.Helper()
	text, err := os.ReadFile("../.ci/Jenkinsfile")
	assert.NilError(t, err)
	var j jenkinsfile
	_, rest, found := strings.Cut(string(text), "environment {")
	assert.Assert(t, found)
	block, stages, found := strings.Cut(rest, "\n  }\n")
	assert.Assert(t, found)
	for _, found := range regexp.MustCompile(`(?m)^ +([A-Z_]+) = (['"])(.*)['"]`).FindAllStringSubmatch(block, -1) {
		value := found[3]
		if found[2] == `"` { // a string of Groovy in which variables are replaced
			value = os.Expand(value, func(name string) string { return agent[name] })
		}
		j.environ = append(j.environ, found[1]+"="+value)
	}
	for _, found := range regexp.MustCompile(`(?s)sh '''(.*?)'''`).FindAllStringSubmatch(stages, -1) {
		j.scripts = append(j.scripts, found[1])
	}
	_, always, found := strings.Cut(stages, "always {")
	assert.Assert(t, found)
	for _, found := range regexp.MustCompile(`(?:testResults|artifacts): '([^']+)'`).FindAllStringSubmatch(always, -1) {
		j.kept = append(j.kept, found[1])
	}
	for name, value := range agent {
		j.environ = append(j.environ, name+"="+value)
	}
	return j
}

// The stages for Jenkins do with the variables of an agent what they say: they log in with the credential that is given
// to the first alone, and end as the plugin ends, and what is kept of a failure is there.
func TestJenkinsStages(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s *scenario) {
		environ := labEnvironment(t, s.store)
		agent := map[string]string{"WORKSPACE_TMP": t.TempDir(), "WORKSPACE": s.dir, "BUILD_NUMBER": "7", "JENKINS_URL": "x"}
		file := newJenkinsfile(t, agent)
		assert.Equal(t, len(file.scripts), 2)
		assert.DeepEqual(t, file.kept, []string{"multiplat-report.xml", "multiplat.json"})
		image := environ["LAB_AUTH_REGISTRY"] + "/e2e/" + s.id
		user := s.withoutPlugin().with(append(file.environ, "MULTIPLAT_RELEASES="+s.releases(),
			"MULTIPLAT_REGISTRY="+environ["LAB_AUTH_REGISTRY"], "MULTIPLAT_IMAGE="+image)...)
		sh := func(s *scenario, script string) result {
			return s.finish(s.command("sh", "-xe", s.write("../script.sh", script)))
		}

		r := sh(user.with("LOGIN="+environ["LAB_AUTH_USER"], "PASSWORD="+environ["LAB_AUTH_PASSWORD"]), file.scripts[0])
		r.succeeds(t)
		assert.Check(t, !strings.Contains(r.Stdout+r.Stderr, "MULTIPLAT_RELEASES="))
		s.write("Dockerfile", "FROM busybox\nCMD [\"false\"]\n")
		sh(user, file.scripts[1]).exits(t, 5)
		assert.DeepEqual(t, s.kept(file.kept...), file.kept[:1]) // nothing to merge
		user.run("verify", image+":7").exits(t, 7)

		s.write("Dockerfile", "FROM busybox\nCMD [\"true\"]\n")
		sh(user, file.scripts[1]).succeeds(t)
		assert.DeepEqual(t, s.kept(file.kept...), file.kept)
		user.run("verify", "--require-tested", "--platform", "linux/amd64,linux/arm64", image+":7").succeeds(t)
	}, containerdStore)
}
