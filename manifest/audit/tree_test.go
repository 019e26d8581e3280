package audit

import (
	"testing"

	"gotest.tools/v3/assert"
)

// The files of an image are those a container sees, whatever the layers hold.
func TestTree(t *testing.T) {
	type layer = []item
	bad, good := exe("app", x86().bytes(t)), exe("app", arm64().bytes(t))
	at := func(name string, i item) item {
		i.name = name
		return i
	}
	for name, tc := range map[string]struct {
		layers []layer
		want   []string // the paths of the foreign files
	}{
		"one layer":            {[]layer{{bad}}, []string{"/app"}},
		"leading dot":          {[]layer{{at("./bin/app", bad)}}, []string{"/bin/app"}},
		"leading slash":        {[]layer{{at("/bin/../app", bad)}}, []string{"/app"}},
		"above the root":       {[]layer{{at("../../app", bad)}}, []string{"/app"}},
		"overwritten by good":  {[]layer{{bad}, {good}}, nil},
		"overwritten by bad":   {[]layer{{good}, {bad}}, []string{"/app"}},
		"overwritten by data":  {[]layer{{bad}, {data("app", nil)}}, nil},
		"overwritten by link":  {[]layer{{bad}, {link("app", "/good"), at("good", good)}}, nil},
		"overwritten in place": {[]layer{{bad, good}}, nil},
		"removed":              {[]layer{{bad}, {gone("app")}}, nil},
		"removed and replaced": {[]layer{{bad}, {good, gone("app")}}, nil},
		"removed, then back":   {[]layer{{bad}, {gone("app")}, {bad}}, []string{"/app"}},
		"whiteout of its own":  {[]layer{{bad, gone("app")}}, []string{"/app"}},
		"folder removed":       {[]layer{{at("a/b/app", bad)}, {gone("a")}}, nil},
		"folder emptied":       {[]layer{{at("a/b/app", bad)}, {emptied("a")}}, nil},
		"folder emptied, new":  {[]layer{{at("a/old", bad)}, {at("a/new", bad), emptied("a")}}, []string{"/a/new"}},
		"another emptied":      {[]layer{{at("a/app", bad)}, {emptied("b")}}, []string{"/a/app"}},
		"root emptied":         {[]layer{{bad, at("b/app", bad)}, {emptied("")}}, []string{"/app", "/b/app"}},
		"folder by a file":     {[]layer{{at("a/app", bad)}, {data("a", nil)}}, nil},
		"file by a folder":     {[]layer{{at("a", bad)}, {at("a/app", good)}}, nil},
		"folder again":         {[]layer{{at("a/app", bad)}, {dir("a")}}, []string{"/a/app"}},
		"link by a folder":     {[]layer{{link("a", "b"), at("b/app", bad)}, {dir("a"), at("a/app", good)}}, []string{"/b/app"}},
		"through a link":       {[]layer{{link("a", "/b"), at("b/app", bad)}, {at("a/app", good)}}, []string{"/b/app"}},
		"removed through it":   {[]layer{{link("a", "b"), at("b/app", bad)}, {gone("a/app")}}, []string{"/b/app"}},
		"emptied through it":   {[]layer{{link("a", "../b"), at("b/app", bad)}, {emptied("a")}}, []string{"/b/app"}},
		"through its own":      {[]layer{{at("b/app", bad)}, {link("a", "/b"), at("a/app", good)}}, nil},
		"removed by its own":   {[]layer{{at("b/app", bad)}, {link("a", "b"), gone("a/app")}}, nil},
		"removed, then made":   {[]layer{{at("a/app", bad)}, {gone("a"), dir("a")}}, []string{"/a/app"}},
		"removed, made later":  {[]layer{{at("a/app", bad)}, {gone("a")}, {dir("a")}}, nil},
		"for all files":        {[]layer{{bad, global("app")}}, []string{"/app"}},
		"through a dangling":   {[]layer{{link("a", "b/c"), at("a/app", bad)}}, []string{"/b/c/app"}},
		"through a loop":       {[]layer{{link("a", "a"), at("a/app", bad)}}, []string{"/a/app"}},
		"hard link":            {[]layer{{bad, hard("other", "app")}}, []string{"/app"}},
		"hard link downwards":  {[]layer{{bad}, {hard("other", "/app"), gone("app")}}, []string{"/other"}},
		"hard link survives":   {[]layer{{bad, hard("other", "app")}, {gone("app")}}, []string{"/other"}},
		"hard link to nothing": {[]layer{{hard("other", "app")}}, nil},
		"hard link through":    {[]layer{{link("a", "b"), at("b/app", bad), hard("z", "a/app")}, {gone("b/app")}}, []string{"/z"}},
		"aufs":                 {[]layer{{at(".wh..wh.plnk/app", good), data(".wh..wh.aufs", nil), bad}}, []string{"/app"}},
	} {
		t.Run(name, func(t *testing.T) {
			i := image{platform: "linux/arm64"}
			for n, items := range tc.layers {
				body := layerOf(t, items...)
				switch n % 3 { // all three ways of compression lead to the same files
				case 1:
					body = zipped(t, body)
				case 2:
					body = zstandard(t, body)
				}
				i.layers = append(i.layers, body)
			}
			var got []string
			for _, f := range auditOf(t, i).Errors() {
				got = append(got, f.Path)
			}
			assert.DeepEqual(t, got, tc.want)
		})
	}
}

// A file is of the layer that has brought it, and of the instruction that made that layer.
func TestFindingNamesLayer(t *testing.T) {
	layers := [][]byte{
		zipped(t, layerOf(t, exe("a", x86().bytes(t)), exe("b", x86().bytes(t)))),
		layerOf(t, exe("b", x86().bytes(t)), hard("c", "a")),
	}
	s := newShelf(t)
	report, err := New(s, nil).Audit(t.Context(), s.put(t, image{platform: "linux/s390x", layers: layers}),
		parsePlatform(t, "linux/s390x"), Globs{})
	assert.NilError(t, err)
	errs := report.Errors()
	assert.Equal(t, len(errs), 2)
	assert.Equal(t, errs[0].History, "COPY layer-0 /")
	assert.Equal(t, errs[0].MoreNames, 1)
	assert.Equal(t, errs[1].History, "COPY layer-1 /")
	assert.Equal(t, s.opened[errs[1].Layer], 1)
	assert.Assert(t, errs[0].Layer != errs[1].Layer)
}
