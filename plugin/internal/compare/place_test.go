package compare

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/manifest/inventory"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

const digestText = "sha256:1f0c2b3d4e5f60718293a4b5c6d7e8f91f0c2b3d4e5f60718293a4b5c6d7e8f9"

// A name says where an image is to be looked for.
func TestParsePlace(t *testing.T) {
	for _, tc := range []struct {
		text             string
		draft, published bool
		// tagged is the name of the draft that it can be, empty for none.
		tagged, folder string
	}{
		{text: "app", tagged: "docker.io/library/app:latest"},
		{text: "reg.example:5000/team/app:1", tagged: "reg.example:5000/team/app:1"},
		{text: "app@" + digestText},
		{text: "draft://app:1", draft: true, tagged: "docker.io/library/app:1"},
		{text: "docker-image://app:1", published: true},
		{text: "docker-image://app@" + digestText, published: true},
		{text: "oci-layout:///srv/app", folder: "/srv/app"},
	} {
		t.Run(tc.text, func(t *testing.T) {
			p, err := ParsePlace(tc.text)
			assert.NilError(t, err)
			assert.Equal(t, p.Text, tc.text)
			assert.Equal(t, p.Draft, tc.draft)
			assert.Equal(t, p.Published, tc.published)
			assert.Equal(t, p.Folder, tc.folder)
			name, ok := p.tagged()
			assert.Equal(t, ok, tc.tagged != "")
			if ok {
				assert.Equal(t, name.String(), tc.tagged)
			}
		})
	}
	for _, text := range []string{"", "draft://", "draft://app@" + digestText, "App", "docker-image://", "oci-layout://"} {
		_, err := ParsePlace(text)
		assert.Equal(t, failure.ExitCode(err), failure.ExitInput, "%q: %v", text, err)
	}
}

// A name is that of the draft where there is one, and only then; asking makes no store.
func TestDraftName(t *testing.T) {
	fake := plugintest.NewCLI(t)
	for _, text := range []string{"app:1", "docker-image://app:1"} {
		p, err := ParsePlace(text)
		assert.NilError(t, err)
		_, ok := p.DraftName(t.Context(), fake.Host())
		assert.Check(t, !ok, text)
	}
	assert.Check(t, !fake.Host().HasStore())
	s := plugintest.OpenStore(t, fake)
	plugintest.SaveDraft(t, s, "app:1", "linux/amd64", plugintest.UntestedImage(t, s, "linux/amd64", "app"))
	for text, want := range map[string]bool{
		"app:1": true, "draft://app:1": true, "docker-image://app:1": false, "app:2": false, "app@" + digestText: false,
	} {
		p, err := ParsePlace(text)
		assert.NilError(t, err)
		_, ok := p.DraftName(t.Context(), fake.Host())
		assert.Equal(t, ok, want, text)
	}
}

// The layers that two images begin with are needed where one alone removes something, or lists packages elsewhere.
func TestCovers(t *testing.T) {
	of := func(whose inventory.Ecosystem, paths ...string) *inventory.Inventory {
		is := &inventory.Inventory{}
		for _, path := range paths {
			is.Packages = append(is.Packages, inventory.Package{Ecosystem: whose, Name: "a", Path: path})
		}
		return is
	}
	listed := func(paths ...string) *inventory.Inventory { return of(inventory.Debian, paths...) }
	removes := func(paths ...string) *inventory.Inventory { return &inventory.Inventory{Removed: paths} }
	for _, tc := range []struct {
		a, b *inventory.Inventory
		want bool
	}{
		{listed(), listed(), false},
		{listed("status"), listed("status", "status"), false},
		{listed("status"), listed(), true},
		{listed(), listed("status"), true},
		{of(inventory.Python, "a.dist-info/METADATA"), of(inventory.Python, "b.dist-info/METADATA"), false}, // one each
		{removes("etc/a"), removes("etc/a"), false},
		{removes("etc/a"), removes(), true},
		{removes("etc/"), removes("etc"), true},
	} {
		assert.Equal(t, covers(tc.a, tc.b), tc.want)
	}
}
