package testfile

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Name is what the file is called where it is looked for: in the build context. It is beside a bake or compose file and
// no key in it, so that neither docker buildx bake nor docker compose ever stumbles over what is ours.
const Name = "multiplat.yaml"

// DefaultTarget is the target of a Dockerfile that is built alone.
const DefaultTarget = "default"

// File is one such file.
type File struct {
	// Path is where it was read from.
	Path string `yaml:"-"`
	// Targets are by name.
	Targets map[Text]Target `yaml:"targets" doc:"Tests by target; \"default\" is that of a Dockerfile built alone"`
}

// Text is a value with its place in the file.
type Text struct {
	Value        string
	Line, Column int
}

// UnmarshalYAML implements [yaml.Unmarshaler].
func (t *Text) UnmarshalYAML(node *yaml.Node) error {
	t.Value, t.Line, t.Column = node.Value, node.Line, node.Column
	return nil
}

// error is an error with the place of the text in the file.
func (t Text) error(format string, args ...any) error {
	return fmt.Errorf("%d:%d: %s", t.Line, t.Column, fmt.Sprintf(format, args...))
}

// Target is how one image is tested.
type Target struct {
	Tests        `                  yaml:",inline"`
	AllowForeign []Text `yaml:"allow-foreign" doc:"Files of other platforms that the audit lets pass"`
	Parity       `                  yaml:",inline"`
	Emulated     Tests             `yaml:"emulated"      doc:"What is otherwise where an emulator runs the image"`
	Platforms    map[Text]Platform `yaml:"platforms"     doc:"What is otherwise on single platforms"`
}

// Parity says whether all platforms have to be the same app.
type Parity struct {
	Require bool   `yaml:"require-parity"   doc:"Fail platforms that are not the same app (--require-parity)"`
	Allow   []Text `yaml:"allow-difference" doc:"Differences between platforms that are meant (--allow-difference)"`
}

// Platform is what is otherwise on one platform: a key that is here stands in the place of that of the target.
type Platform struct {
	Tests        `       yaml:",inline"`
	Skip         Text   `yaml:"skip"          doc:"Why the platform is not tested"`
	AllowForeign []Text `yaml:"allow-foreign" doc:"Files of other platforms that the audit lets pass"`
	Emulated     Tests  `yaml:"emulated"      doc:"What is otherwise where an emulator runs the image"`
}

// Tests are what the flags of the tests say, each key without "test-".
type Tests struct {
	Test           []Text     `yaml:"test"            doc:"Commands run in place of the entrypoint (--test)"`
	Exec           []Text     `yaml:"exec"            doc:"Commands run inside of the running image (--test-exec)"`
	Script         []Text     `yaml:"script"          doc:"Commands run on this machine (--test-script)"`
	Config         []Text     `yaml:"config"          doc:"Files as container-structure-test takes them (--test-config)"`
	Stdin          []Dialogue `yaml:"stdin"           doc:"Input that is fed, and the answer to it (--test-stdin)"`
	Compose        []Text     `yaml:"compose"         doc:"Compose files, [SERVICE=]FILE, to start with (--test-compose)"`
	On             []Text     `yaml:"on"              doc:"Engines and clusters that test, PLATFORM=CONTEXT, PLATFORM=kubernetes, or local (--test-on)"` //nolint:lll // one sentence
	Env            []Text     `yaml:"env"             doc:"Variables in the containers, KEY=VALUE or KEY (--test-env)"`
	Network        Text       `yaml:"network"         doc:"Network of the containers (--test-network)"`
	Sandbox        Text       `yaml:"sandbox"         doc:"plain or strict (--test-sandbox)"`
	Memory         Text       `yaml:"memory"          doc:"Memory limit of each container (--test-memory)"`
	Cpus           Text       `yaml:"cpus"            doc:"CPUs of each container (--test-cpus)"`
	Pids           Text       `yaml:"pids"            doc:"Process limit of each container (--test-pids)"`
	Timeout        Text       `yaml:"timeout"         doc:"Time limit of each test (--test-timeout)"`
	EmulatedFactor Text       `yaml:"emulated-factor" doc:"How much longer under emulation (--test-emulated-factor)"`
}

// Dialogue is input that is fed to a program, and the answer that is expected.
type Dialogue struct {
	Name    string `yaml:"name"    doc:"What the test is called"`
	File    string `yaml:"file"    doc:"File with the input"`
	Digest  string `yaml:"digest"  doc:"Digest that the file has to have"`
	Input   string `yaml:"input"   doc:"The input itself"`
	Command string `yaml:"command" doc:"Command in place of the entrypoint; one that starts with - goes to it"`
	Expect  Text   `yaml:"expect"  doc:"Regular expression that matches in what is written to standard output"`
	EOF     bool   `yaml:"eof"     doc:"End the input at once, for programs that answer only then"`
}
