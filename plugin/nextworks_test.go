package plugin

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/docker/cli/cli/context/docker"
	contextstore "github.com/docker/cli/cli/context/store"
	"github.com/google/shlex"
	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// scene is a command that is refused, and where it is run.
type scene struct {
	fake *fakeCLI
	near *fakeRegistry
	// args are the command line.
	args []string
	// mend does what the words in brackets ask for, or what a command of another program does.
	mend func()
	// next is what is told to be run; empty: nothing may be. done tells that running it brings success.
	next string
	done bool
}

// nextCommands are the commands behind next:, without what stands in brackets. once tells that something is to be done
// before.
func nextCommands(t *testing.T, told string) (commands [][]string, once bool) {
	t.Helper()
	for line := range strings.Lines(told) {
		text, found := strings.CutPrefix(line, "  next: ")
		if !found {
			continue
		}
		text, remark, _ := strings.Cut(strings.TrimSpace(text), "   (")
		once = once || strings.HasPrefix(remark, "once ")
		for one := range strings.SplitSeq(text, " && ") {
			words, err := shlex.Split(one)
			assert.NilError(t, err, one)
			commands = append(commands, words)
		}
	}
	return commands, once
}

// follow runs what is told to be run next. A command that needs an engine is read only, for there is none.
func (s *scene) follow(t *testing.T, words []string) error {
	t.Helper()
	if words[0] != "docker" || words[1] != "multiplat" {
		assert.Assert(t, s.mend != nil, "%q is a command of others", words)
		return nil
	}
	args := words[2:]
	if slices.Contains([]string{"build", "bake", "test", "init", "status"}, args[0]) {
		return newFakeCLI(t).run(t, append(args, "--help")...)
	}
	_, err := s.fake.command(t, args...)
	return err
}

// What is told to be run next does not end in the same refusal.
func TestNextDoesNotEndInTheSameRefusal(t *testing.T) {
	for name, prepare := range scenes() {
		t.Run(name, func(t *testing.T) {
			s := &scene{fake: newFakeCLI(t), near: newFakeRegistry(t)}
			prepare(t, s, s.near.Host+"/team/app")
			_, refused := s.fake.command(t, s.args...)
			assert.Assert(t, refused != nil, "it is not refused")
			told := explained(refused)
			commands, once := nextCommands(t, told)
			if s.next == "" {
				assert.Check(t, len(commands) == 0, told)
				return
			}
			assert.Assert(t, strings.Contains(told, "  next: "+s.next), told)
			assert.Check(t, !strings.Contains(s.next, "GLOB") && !strings.Contains(s.next, "PATH"), s.next)
			assert.Equal(t, once, once && s.mend != nil, "what is to be done before is not known: %s", told)
			if s.mend != nil {
				s.mend()
			}
			first := commands[0]
			again := len(first) > 1 && first[1] == "multiplat" && slices.Equal(sorted(first[2:]), sorted(s.args))
			assert.Check(t, !again || s.mend != nil, "the same command: %q", first)
			var err error
			for _, words := range commands {
				if err = s.follow(t, words); err != nil {
					break
				}
			}
			assert.Check(t, err == nil || err.Error() != refused.Error(), "%v", err)
			assert.Check(t, err == nil || !s.done, "%v", err)
		})
	}
}

// scenes are commands that are refused.
func scenes() map[string]func(*testing.T, *scene, string) {
	all := scenesOfShrinking()
	maps.Copy(all, scenesOfGates())
	maps.Copy(all, scenesOfRegistries())
	maps.Copy(all, scenesOfBuilds())
	maps.Copy(all, scenesOfBake())
	return all
}

// scenesOfShrinking are some of them.
func scenesOfShrinking() map[string]func(*testing.T, *scene, string) {
	amd64 := plugintest.Linux("amd64", "")
	return map[string]func(*testing.T, *scene, string){
		"publish shrinks": func(t *testing.T, s *scene, name string) {
			t.Helper()
			s.publish(t, name+":1")
			s.args, s.done = []string{"publish", "--platform", "amd64", name + ":1"}, true
			s.next = "docker multiplat publish --amend --platform amd64 " + name + ":1   (it keeps the others; to drop " +
				"them: --allow-shrink)"
		},
		"amending shrinks": func(t *testing.T, s *scene, name string) {
			t.Helper()
			s.publish(t, name+":1")
			s.args, s.done = []string{"publish", "--amend=none", "--platform", "amd64", name + ":1"}, true
			s.next = "docker multiplat publish --allow-shrink --amend=none --platform amd64 " + name + ":1"
		},
		"promote shrinks": func(t *testing.T, s *scene, name string) {
			t.Helper()
			s.publish(t, name+":1")
			s.publish(t, name+":2", "--platform", "amd64")
			s.args, s.done = []string{"promote", name + ":2", "1"}, true
			s.next = "docker multiplat merge --amend -t " + name + ":1 " + name + ":2   (it keeps the others; to drop " +
				"them, promote with --allow-shrink)"
		},
		"merge shrinks": func(t *testing.T, s *scene, name string) {
			t.Helper()
			s.publish(t, name+":1")
			s.near.Image(t, "team/app", "a", "app", amd64)
			s.args, s.done = []string{"merge", "--allow-untested", "-t", name + ":1", name + ":a"}, true
			s.next = "docker multiplat merge --amend --allow-untested -t " + name + ":1 " + name + ":a   (it keeps"
		},
		"overwrite": func(t *testing.T, s *scene, name string) {
			t.Helper()
			s.publish(t, name+":1")
			plugintest.SavePassed(t, plugintest.OpenStore(t, s.fake), name+":1", "new")
			s.args, s.done = []string{"publish", "--no-overwrite", name + ":1"}, true
			s.next = "docker multiplat publish " + name + ":1   (to overwrite it)"
		},
		"untested draft": func(t *testing.T, s *scene, name string) {
			t.Helper()
			store := plugintest.OpenStore(t, s.fake)
			plugintest.SaveDraft(t, store, name+":1", "linux/amd64", plugintest.UntestedImage(t, store, "linux/amd64", "app"))
			s.args, s.next = []string{"publish", name + ":1"}, "docker multiplat test "+name+":1"
		},
	}
}

// scenesOfGates are some of them.
func scenesOfGates() map[string]func(*testing.T, *scene, string) { //nolint:funlen // a table
	amd64 := plugintest.Linux("amd64", "")
	arm64 := plugintest.Linux("arm64", "")
	return map[string]func(*testing.T, *scene, string){
		"missing platform": func(t *testing.T, s *scene, name string) {
			t.Helper()
			store := plugintest.OpenStore(t, s.fake)
			plugintest.SaveDraft(t, store, name+":1", "linux/amd64,linux/arm64",
				plugintest.PassedImage(t, store, "linux/amd64", "app"))
			s.args = []string{"publish", name + ":1"}
			s.next = "docker multiplat build --test-local --platform linux/arm64 -t " + name + ":1 ."
		},
		"failed audit": func(t *testing.T, s *scene, name string) {
			t.Helper()
			drafts := plugintest.OpenStore(t, s.fake)
			image := plugintest.UntestedImage(t, drafts, "linux/arm64", "app")
			image, err := record.Add(t.Context(), drafts, image, name, record.Result{
				Result: record.Failed, Failed: []string{record.AuditTest},
			})
			assert.NilError(t, err)
			plugintest.SaveDraft(t, drafts, name+":1", "linux/arm64", image)
			noteOf(t, drafts, name+":1", draft.Note{State: draft.Failed, Reason: "audit: /opt/tool: x86-64 executable"})
			s.args = []string{"publish", name + ":1"}
			s.next = "docker multiplat build --test-local --platform linux/arm64 -t " + name + ":1 .   (once the " +
				"Dockerfile is mended; if the files are there on purpose: docker multiplat test with --allow-foreign)"
			s.mend = func() {}
		},
		"no engine runs it": func(t *testing.T, s *scene, name string) {
			t.Helper()
			drafts := plugintest.OpenStore(t, s.fake)
			image := plugintest.UntestedImage(t, drafts, "windows/amd64", "app")
			plugintest.SaveDraft(t, drafts, name+":1", "windows/amd64", image)
			noteOf(t, drafts, name+":1", draft.Note{State: draft.NotRun, Reason: "a linux engine cannot run it"})
			s.args, s.done = []string{"publish", name + ":1"}, true
			s.next = "docker multiplat publish --allow-untested=windows/amd64 " + name + ":1   (to let them through"
		},
		"left out of the tests": func(t *testing.T, s *scene, name string) {
			t.Helper()
			skippedDraft(t, s, name+":1", "--test=app --version", "--test-skip=linux/arm64=its emulator hangs")
			s.args = []string{"publish", name + ":1"}
			s.next = "docker multiplat test --test 'app --version' --platform linux/arm64 " + name + ":1   (which does not " +
				"leave it out; to let it through untested: --allow-untested=linux/arm64)\n"
		},
		"left out of the smoke test": func(t *testing.T, s *scene, name string) {
			t.Helper()
			skippedDraft(t, s, name+":1", "--test-skip=linux/arm64=its emulator hangs")
			s.args, s.done = []string{"publish", name + ":1"}, true
			s.next = "docker multiplat publish --allow-untested=linux/arm64 --reason 'its emulator hangs' " + name + ":1"
		},
		"not done in time": func(t *testing.T, s *scene, name string) {
			t.Helper()
			drafts := plugintest.OpenStore(t, s.fake)
			plugintest.SaveDraft(t, drafts, name+":1", "linux/amd64", plugintest.UntestedImage(t, drafts, "linux/amd64", "app"))
			noteOf(t, drafts, name+":1", draft.Note{
				State: draft.Inconclusive, Reason: "app: not done after 5s", Tests: []string{"--test=app", "--test-timeout=5s"},
				Overdue: true,
			})
			s.args = []string{"publish", name + ":1"}
			s.next = "docker multiplat test --test app --test-timeout 10s " + name + ":1\n"
		},
		"interrupted build": func(t *testing.T, s *scene, name string) {
			t.Helper()
			folder := t.TempDir()
			t.Chdir(folder)
			unfinishedDraft(t, s, name+":1", draft.Command{
				Folder: folder, Flags: []string{"--build-arg VERSION", "-f 'my file'", "--label a=b"}, Args: []string{"./ctx"},
			})
			s.args = []string{"publish", name + ":1"}
			s.next = "docker multiplat build --test 'app --version' --platform linux/amd64 --build-arg VERSION -f 'my file' " +
				"--label a=b -t " + name + ":1 ./ctx   (with VERSION in the environment)\n"
		},
		"interrupted build elsewhere": func(t *testing.T, s *scene, name string) {
			t.Helper()
			unfinishedDraft(t, s, name+":1", draft.Command{Folder: "/some where", Args: []string{"."}})
			s.args, s.mend = []string{"publish", name + ":1"}, func() {}
			s.next = "cd '/some where' && docker multiplat build --test 'app --version' --platform linux/amd64 -t " + name +
				":1 .\n"
		},
		"no draft": func(_ *testing.T, s *scene, name string) {
			s.args, s.next = []string{"publish", name + ":1"}, "docker multiplat build --test-local -t "+name+":1 ."
		},
		"promote untested": func(t *testing.T, s *scene, name string) {
			t.Helper()
			s.near.Image(t, "team/app", "a", "app", amd64)
			s.args = []string{"promote", name + ":a", "2"}
			s.next = "docker multiplat test --platform linux/amd64 " + name + "@" +
				s.near.DigestAt(t, "team/app", "a").String() +
				"   (then promote what it prints; to let it through untested: --allow-untested=linux/amd64)"
		},
		"merge untested": func(t *testing.T, s *scene, name string) {
			t.Helper()
			s.near.Image(t, "team/app", "a", "app", amd64)
			s.near.Image(t, "team/app", "b", "app", arm64)
			s.args = []string{"merge", "-t", name + ":2", name + ":a", name + ":b"}
			s.next = "docker multiplat test --platform linux/amd64 " + name + "@" +
				s.near.DigestAt(t, "team/app", "a").String() +
				"   (then merge what it prints; to let it through untested: --allow-untested=linux/amd64,linux/arm64)"
		},
		"merge of a draft": func(t *testing.T, s *scene, name string) {
			t.Helper()
			plugintest.SavePassed(t, plugintest.OpenStore(t, s.fake), name+":1", "app")
			s.args, s.done = []string{"merge", "-t", name + ":2", name + ":1"}, true
			s.next = "docker multiplat publish " + name + ":1 && docker multiplat merge -t " + name + ":2 " + name + ":1\n"
		},
		"source is nowhere": func(_ *testing.T, s *scene, name string) {
			digest := "@sha256:" + strings.Repeat("a", 64)
			s.args = []string{"merge", "--retry-timeout", "0s", "-t", name + ":2", name + digest}
		},
		"platform is nowhere": func(t *testing.T, s *scene, name string) {
			t.Helper()
			s.near.Image(t, "team/app", "a", "app", amd64)
			s.args = []string{"merge", "--allow-untested", "--platform", "arm64", "-t", name + ":2", name + ":a"}
		},
	}
}

// scenesOfRegistries are some of them.
func scenesOfRegistries() map[string]func(*testing.T, *scene, string) {
	amd64 := plugintest.Linux("amd64", "")
	arm64 := plugintest.Linux("arm64", "")
	return map[string]func(*testing.T, *scene, string){
		"foreign program": func(t *testing.T, s *scene, name string) {
			t.Helper()
			s.near.Mislabelled(t, "b", arm64, amd64)
			s.args = []string{"merge", "--deep", "--allow-untested", "-t", name + ":1", name + ":b"}
		},
		"attestations": func(t *testing.T, s *scene, name string) {
			t.Helper()
			s.publish(t, name+":1")
			s.args, s.done = []string{"merge", "--media-type", "docker", "-t", name + ":2", name + ":1"}, true
			s.next = "docker multiplat merge --drop-attestations --media-type docker -t " + name + ":2 " + name +
				":1   (or --media-type oci)"
		},
		"no login": func(t *testing.T, s *scene, name string) {
			t.Helper()
			plugintest.SavePassed(t, plugintest.OpenStore(t, s.fake), name+":1", "app")
			s.near.Answers(http.MethodPost, "/blobs/uploads/", http.StatusUnauthorized, `{"errors":[{"code":"UNAUTHORIZED"}]}`)
			s.args, s.next = []string{"publish", name + ":1"}, "docker login "+s.near.Host
			s.mend = func() { s.near.Intercept(nil) }
		},
		"outage": func(t *testing.T, s *scene, name string) {
			t.Helper()
			plugintest.SavePassed(t, plugintest.OpenStore(t, s.fake), name+":1", "app")
			s.near.Breaks(http.StatusServiceUnavailable, "")
			s.args, s.done = []string{"publish", "--retry-timeout", "0s", name + ":1"}, true
			s.next = "docker multiplat publish --retry-timeout 0s " + name + ":1"
			s.mend = func() { s.near.Intercept(nil) }
		},
		"immutable tag": func(t *testing.T, s *scene, name string) {
			t.Helper()
			plugintest.SavePassed(t, plugintest.OpenStore(t, s.fake), name+":1", "app")
			s.near.Answers(http.MethodPut, "/manifests/1$", http.StatusConflict, `{"errors":[{"code":"TAG_INVALID"}]}`)
			s.args, s.done = []string{"publish", name + ":1"}, true
			s.next = "docker multiplat promote " + name + "@"
		},
		"test of an image of a registry": func(t *testing.T, s *scene, name string) {
			t.Helper()
			s.near.Image(t, "team/app", "a", "app", amd64)
			s.args = []string{"test", "--test", "app --version", name + ":a"}
			s.next = "docker multiplat test --test 'app --version' " + name + "@" +
				s.near.DigestAt(t, "team/app", "a").String()
		},
		"test of nothing": func(_ *testing.T, s *scene, name string) {
			s.args, s.next = []string{"test", name + ":a"}, "docker multiplat build --test-local -t "+name+":a ."
		},
	}
}

// publish publishes a draft of two platforms.
func (s *scene) publish(t *testing.T, name string, flags ...string) {
	t.Helper()
	plugintest.SavePassed(t, plugintest.OpenStore(t, s.fake), name, "app")
	_, err := s.fake.command(t, append(append([]string{"publish"}, flags...), name)...)
	assert.NilError(t, err)
}

// scenesOfBuilds are some of them.
func scenesOfBuilds() map[string]func(*testing.T, *scene, string) {
	return map[string]func(*testing.T, *scene, string){
		"build --push while the registry is down": func(t *testing.T, s *scene, name string) {
			t.Helper()
			folder := plugintest.BuildContext(t)
			s.fake.AddBuilder(t, "multiplat")
			s.near.Breaks(http.StatusServiceUnavailable, "")
			s.args = []string{
				"build", "--push", "--platform", "linux/amd64", "--retry-timeout", "0s", "--test", "app --version",
				"-t", name + ":1", folder,
			}
			s.next = "docker multiplat build --platform linux/amd64 --push --retry-timeout 0s -t " + name +
				":1 --test 'app --version' " + folder
			s.mend = func() { s.near.Intercept(nil) }
		},
		"build --push without a login": func(t *testing.T, s *scene, name string) {
			t.Helper()
			s.fake.AddBuilder(t, "multiplat")
			s.near.Breaks(http.StatusUnauthorized, "")
			s.args = []string{"build", "--push", "--platform", "linux/amd64", "-t", name + ":1", plugintest.BuildContext(t)}
			s.next, s.mend = "docker login "+s.near.Host, func() { s.near.Intercept(nil) }
		},
		"a script that is not there": func(t *testing.T, s *scene, name string) {
			t.Helper()
			plugintest.SavePassed(t, plugintest.OpenStore(t, s.fake), name+":1", "app")
			s.args = []string{"test", "--test-script", "./nope.sh --all", name + ":1"}
		},
		"a builder of another engine": func(t *testing.T, s *scene, name string) {
			t.Helper()
			elsewhere(t, s)
			s.args = []string{"build", "-t", name + ":1", "--platform", "linux/amd64", plugintest.BuildContext(t)}
			s.next = "docker multiplat init --builder multiplat-here   (then build with --builder multiplat-here)"
		},
	}
}

// elsewhere makes the builder that a build takes one of another engine.
func elsewhere(t *testing.T, s *scene) {
	t.Helper()
	assert.NilError(t, s.fake.ContextStore().CreateOrUpdate(contextstore.Metadata{
		Name: "far", Endpoints: map[string]any{docker.DockerEndpoint: docker.EndpointMeta{Host: "tcp://far.example:2376"}},
	}))
	s.fake.InContext(t, "far").AddBuilder(t, "multiplat")
}

// skippedDraft is a draft whose only platform was left out of these tests.
func skippedDraft(t *testing.T, s *scene, name string, tests ...string) {
	t.Helper()
	drafts := plugintest.OpenStore(t, s.fake)
	plugintest.SaveDraft(t, drafts, name, "linux/arm64", plugintest.UntestedImage(t, drafts, "linux/arm64", "app"))
	noteOf(t, drafts, name, draft.Note{State: draft.Skipped, Reason: "its emulator hangs", Tests: tests})
}

// unfinishedDraft is a draft whose build was cut short.
func unfinishedDraft(t *testing.T, s *scene, name string, command draft.Command) {
	t.Helper()
	drafts := plugintest.OpenStore(t, s.fake)
	plugintest.SaveDraft(t, drafts, name, "linux/amd64", plugintest.UntestedImage(t, drafts, "linux/amd64", "app"))
	note := draft.UnfinishedNote()
	note.Tests, note.Build = []string{"--test=app --version"}, &command
	noteOf(t, drafts, name, note)
}

// noteOf gives the only platform of a draft a note.
func noteOf(t *testing.T, s *store.Store, name string, note draft.Note) {
	t.Helper()
	_, err := s.Update(t.Context(), plugintest.Named(t, name), func(d *draft.Draft) error {
		d.Put(d.Images[0].Platform, nil, note)
		return nil
	})
	assert.NilError(t, err)
}
