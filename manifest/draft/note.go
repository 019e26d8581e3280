package draft

import (
	"encoding/json"
	"maps"
	"slices"
)

// UnfinishedReason is the reason of [Unfinished], and of a platform whose build was cut short.
const UnfinishedReason = "its build did not end"

// Note is what a draft keeps of one platform beside its image: where it comes from, and how it went.
type Note struct {
	// Source describes what the platform was built from, such as the digest of the Dockerfile.
	Source map[string]string `json:"source,omitempty"`
	// Files are those of each local context it was built from, with a sum for each; see the Description of a request.
	// Programs that do not know them compare the digest in Source.
	Files map[string]map[string]string `json:"files,omitempty"`
	// Reason is why the platform is not among the images, or not fit to be published; empty: nothing is wrong.
	Reason string `json:"failure,omitempty"`
	// State is the outcome of its tests, or of its build; empty: built and not tested.
	State State `json:"verdict,omitempty"`
	// Tests are the tests that the image was last put to, as flags of the command line: they are repeated where no
	// others are asked for.
	Tests []string `json:"tests,omitempty"`
	// Build is the command of the last build of the platform, or of a bake, for it to be run again; nil: it is not known.
	Build *Command `json:"build,omitempty"`
	// Overdue tells that a test was not done in its time: the same with more time may be.
	Overdue bool `json:"overdue,omitempty"`
	// Apart tells that other platforms may have been put to other tests than Tests.
	Apart bool `json:"testsApart,omitempty"`
	// Lent are the secrets and SSH agents that the build was lent, by their names alone.
	Lent []string `json:"lent,omitempty"`
	// Loaded are the IDs that images of the platform have had in engines, the latest last.
	Loaded []string `json:"loaded,omitempty"`
	// Engines are the docker contexts, or the addresses, of engines other than the one in use that images of the platform
	// have been loaded into, the latest last.
	Engines []string `json:"engines,omitempty"`
	// Staged are the repositories that hold the layers of the image, which were pushed there when it was built, and are
	// not here; none: they are here.
	Staged []string `json:"staged,omitempty"`
	// Failed are the configs of images of the platform that have failed under the name of the draft, the latest last:
	// when the draft goes, what is known against them goes with it.
	Failed []string `json:"failedImages,omitempty"`
}

// Command is a command line, as it was typed in a folder: nothing in it is a secret, and of build arguments it has the
// names.
type Command struct {
	// Verb is that of the command; empty: build.
	Verb   string   `json:"verb,omitempty"`
	Folder string   `json:"folder,omitempty"`
	Flags  []string `json:"flags,omitempty"`
	Args   []string `json:"args,omitempty"`
	// Variables are the names of those that the command was given and that the environment may hold instead.
	Variables []string `json:"variables,omitempty"`
}

// Unfinished is what the note becomes when a build begins.
func (n Note) Unfinished() Note {
	begun := UnfinishedNote()
	begun.Tests, begun.Apart, begun.Staged = n.Tests, n.Apart, n.Staged
	return begun
}

// UnfinishedNote stands on a platform from the start of its build until something better is known: a build that is
// killed leaves a draft that says so.
func UnfinishedNote() Note { return Note{State: Unfinished, Reason: UnfinishedReason} }

// maxIDs is how many IDs of images a note remembers.
const maxIDs = 64

// remember adds IDs to earlier ones, each once; the oldest are forgotten.
func remember(ids, earlier []string) []string {
	all := slices.DeleteFunc(slices.Clone(earlier), func(id string) bool { return slices.Contains(ids, id) })
	all = append(all, ids...)
	return all[max(0, len(all)-maxIDs):]
}

// Knowing is the note with what has failed under the name before.
func (n Note) Knowing(earlier Note) Note {
	n.Failed = remember(n.Failed, earlier.Failed)
	return n
}

// maxWritten is how many files a note remembers that builds have written into a context.
const maxWritten = 64

// After is the note with what earlier builds of the platform have loaded into engines, which of them have failed, and
// what they have written into their contexts, which may lie there still: none of that is a source.
func (n Note) After(earlier Note) Note {
	n.Loaded, n.Failed = remember(n.Loaded, earlier.Loaded), remember(n.Failed, earlier.Failed)
	n.Engines = remember(n.Engines, earlier.Engines)
	files := maps.Clone(n.Files)
	for key, list := range earlier.Files {
		written := map[string]string{}
		for name, sum := range list {
			if sum == "" && len(written) < maxWritten {
				written[name] = ""
			}
		}
		if len(written) == 0 || n.Source != nil && n.Files[key] == nil {
			continue
		}
		if files == nil {
			files = map[string]map[string]string{}
		}
		files[key] = maps.Clone(n.Files[key])
		if files[key] == nil {
			files[key] = map[string]string{}
		}
		maps.Copy(files[key], written)
	}
	n.Files = files
	return n
}

// UnmarshalJSON implements [json.Unmarshaler]. Programs that had no word for it told [Unfinished] by the reason alone.
func (n *Note) UnmarshalJSON(body []byte) error {
	type plain Note
	if err := json.Unmarshal(body, (*plain)(n)); err != nil {
		return err
	}
	if n.State == "" && n.Reason == UnfinishedReason {
		n.State = Unfinished
	}
	return nil
}
