package structure

// Version is the schema version this package reads.
const Version = "2.0.0"

// File is one test file.
type File struct {
	// Name is where it was read from, Digest is of its bytes.
	Name   string `yaml:"-"`
	Digest string `yaml:"-"`
	// RunEnv is what containerRunOptions take from this machine, as KEY=VALUE. It is set by [Load].
	RunEnv []string `yaml:"-"`

	SchemaVersion       string          `yaml:"schemaVersion"`
	GlobalEnvVars       []EnvVar        `yaml:"globalEnvVars"`
	CommandTests        []CommandTest   `yaml:"commandTests"`
	FileExistenceTests  []ExistenceTest `yaml:"fileExistenceTests"`
	FileContentTests    []ContentTest   `yaml:"fileContentTests"`
	MetadataTest        MetadataTest    `yaml:"metadataTest"`
	LicenseTests        []LicenseTest   `yaml:"licenseTests"`
	ContainerRunOptions RunOptions      `yaml:"containerRunOptions"`
}

// EnvVar is an environment variable or a label; with IsRegex its value is a regular expression.
type EnvVar struct {
	Key     string `yaml:"key"`
	Value   string `yaml:"value"`
	IsRegex bool   `yaml:"isRegex"`
}

// Scope says on which platforms a test applies.
type Scope struct {
	// Platforms limits the test to these; empty: all.
	Platforms []string `yaml:"platforms"`
	// Skip leaves it out on some.
	Skip []Skip `yaml:"skip"`
}

// Skip is one platform a test is left out on, and why.
type Skip struct {
	Platform string `yaml:"platform"`
	Reason   string `yaml:"reason"`
}

// CommandTest runs a command in place of the image's entrypoint and looks at its output.
type CommandTest struct {
	Scope          `yaml:",inline"`
	Name           string     `yaml:"name"`
	Setup          [][]string `yaml:"setup"`
	Teardown       [][]string `yaml:"teardown"`
	EnvVars        []EnvVar   `yaml:"envVars"`
	ExitCode       int        `yaml:"exitCode"`
	Command        string     `yaml:"command"`
	Args           []string   `yaml:"args"`
	ExpectedOutput []string   `yaml:"expectedOutput"`
	ExcludedOutput []string   `yaml:"excludedOutput"`
	ExpectedError  []string   `yaml:"expectedError"`
	ExcludedError  []string   `yaml:"excludedError"`
}

// ExistenceTest looks for a file or folder; without ShouldExist it is expected to be there.
type ExistenceTest struct {
	Scope          `yaml:",inline"`
	Name           string `yaml:"name"`
	Path           string `yaml:"path"`
	ShouldExist    *bool  `yaml:"shouldExist"`
	Permissions    string `yaml:"permissions"`
	UID            *int   `yaml:"uid"`
	GID            *int   `yaml:"gid"`
	IsExecutableBy string `yaml:"isExecutableBy"`
}

// ContentTest looks into a file.
type ContentTest struct {
	Scope            `yaml:",inline"`
	Name             string   `yaml:"name"`
	Path             string   `yaml:"path"`
	ExpectedContents []string `yaml:"expectedContents"`
	ExcludedContents []string `yaml:"excludedContents"`
}

// MetadataTest looks at the image's config. A nil Entrypoint or Cmd is not looked at, an empty one has to be empty.
type MetadataTest struct {
	Scope            `yaml:",inline"`
	EnvVars          []EnvVar  `yaml:"envVars"`
	UnboundEnvVars   []EnvVar  `yaml:"unboundEnvVars"`
	Labels           []EnvVar  `yaml:"labels"`
	Entrypoint       *[]string `yaml:"entrypoint"`
	Cmd              *[]string `yaml:"cmd"`
	ExposedPorts     []string  `yaml:"exposedPorts"`
	UnexposedPorts   []string  `yaml:"unexposedPorts"`
	Volumes          []string  `yaml:"volumes"`
	UnmountedVolumes []string  `yaml:"unmountedVolumes"`
	Workdir          string    `yaml:"workdir"`
	User             string    `yaml:"user"`
}

// LicenseTest is read and reported as not supported.
type LicenseTest struct {
	Debian bool     `yaml:"debian"`
	Files  []string `yaml:"files"`
}

// RunOptions are how the containers of command tests are run.
type RunOptions struct {
	User         string   `yaml:"user"`
	Privileged   bool     `yaml:"privileged"`
	AllocateTTY  bool     `yaml:"allocateTty"`
	EnvFile      string   `yaml:"envFile"`
	EnvVars      []string `yaml:"envVars"`
	Capabilities []string `yaml:"capabilities"`
	BindMounts   []string `yaml:"bindMounts"`
	// Mounts are the bind mounts as they are written: those here are from where they are on this machine.
	Mounts []string `yaml:"-"`
}

// IsEmpty tells that the test looks at nothing.
func (m MetadataTest) IsEmpty() bool {
	return len(m.EnvVars)+len(m.UnboundEnvVars)+len(m.Labels)+len(m.ExposedPorts)+len(m.UnexposedPorts)+
		len(m.Volumes)+len(m.UnmountedVolumes) == 0 && m.Entrypoint == nil && m.Cmd == nil && m.Workdir == "" && m.User == ""
}
