package command

// flagGroup is a heading in the help of a command with many flags.
type flagGroup struct {
	heading string
	flags   []string
}

// groupedFlags are the headings of a command, and the one of the flags that stand under none of them.
type groupedFlags struct {
	groups []flagGroup
	rest   string
}

// headingsOf are the headings of the commands that have many flags.
func headingsOf(command string) groupedFlags {
	switch command {
	case "bake":
		return groupedFlags{bakeFlagGroups(), "Build options, as docker buildx bake takes them"}
	case "build":
		return groupedFlags{buildFlagGroups(), "Build options, as docker buildx build takes them"}
	case "reproduce":
		return groupedFlags{reproduceFlagGroups(), "Build options, as they were given to docker multiplat build"}
	case "test":
		image := flagGroup{"Image", []string{"platform", "insecure-registry"}}
		return groupedFlags{[]flagGroup{image, testFlagGroup()}, "Other options"}
	}
	return groupedFlags{rest: "Options"}
}

// buildFlagGroups are the headings of build.
func buildFlagGroups() []flagGroup {
	return []flagGroup{
		{
			"Draft",
			[]string{
				"tag", "platform", "load", "stage", "dry-run", "reproducible", "jobs", "emulation", "builder", "format", "progress",
				"quiet",
			},
		},
		testFlagGroup(),
		{"Publishing", []string{"push", "insecure-registry", "retry-timeout"}},
	}
}

// testFlagGroup is the heading that build and test have in common.
func testFlagGroup() flagGroup {
	return flagGroup{
		"Test options",
		[]string{
			"test-local",
			"test",
			"test-exec",
			"test-script",
			"test-stdin",
			"test-compose",
			"test-config",
			"test-env",
			"test-network",
			"test-timeout",
			"test-emulated-factor",
			"test-skip",
			"test-on",
			"allow-foreign",
			"require-parity",
			"allow-difference",
			"test-file",
			"test-memory",
			"test-cpus",
			"test-pids",
			"test-sandbox",
			"report",
			"no-test-cache",
		},
	}
}

// reproduceFlagGroups are the headings of reproduce.
func reproduceFlagGroups() []flagGroup {
	return []flagGroup{{
		"Options",
		[]string{
			"platform", "reproducible", "builder", "jobs", "format", "no-trunc", "progress", "quiet", "insecure-registry",
			"retry-timeout",
		},
	}}
}
