package plugin

import "strings"

// linesOfOddities are those whose values are letters that look like others or are not seen, nothing, endless, or said
// twice, of commands that take few flags.
func linesOfOddities(registry string) []wrongLine {
	right, long := registry+"/app:1", strings.Repeat("a", 3000)
	return []wrongLine{
		{[]string{"bake", ""}, []string{`""`, "--list targets"}},
		{[]string{"bake", "default", ""}, []string{`""`, "--list targets"}},
		{[]string{"bake", "\u202etluafed"}, []string{`\u202etluafed`}},
		{[]string{"bake", "d\u0435fault"}, []string{"d\u0435fault"}},
		{[]string{"bake", long}, []string{"aaa … aaa"}},
		{[]string{"bake", "--platform=linux/amd64", "--platform=linux/amd64"}, []string{`"linux/amd64"`, "given twice"}},
		{[]string{"bake", "--file=docker-bake.hcl", "--file=nope.hcl"}, []string{"nope.hcl"}},
		{[]string{"bake", "--set=default.tags=\u200b"}, []string{`\u200b`}},
		{[]string{"bake", "--test-skip=linux/amd64=a", "--test-skip=amd64=b"}, []string{`"amd64=b"`, "give one of them"}},
		{[]string{"bake", "--report=a.xml", "--report=./a.xml"}, []string{`"./a.xml"`, "give each its own"}},
		{[]string{"build", "-t", "app:1", "--report=a.xml", "--report=xml=a.xml", "."}, []string{`"xml=a.xml"`, "its own"}},
		{[]string{"build", "-t", "app:1", "--test-skip=arm64=a", "--test-skip=linux/arm64=a", "."}, []string{`"arm64=a"`}},
		{[]string{"build", "-t", "app:\u0661", "."}, []string{`'\u0661'`, "no letter of a to z"}},
		{[]string{"test", "--report=a.xml", "--report=a.xml", right}, []string{`"a.xml"`, "give each its own"}},
		{[]string{"test", "--test-skip=linux/amd64=a", "--test-skip=linux/amd64=b", right}, []string{`"linux/amd64=b"`}},
		{
			[]string{"test", "--platform=linux/amd64", "--platform=linux/amd64", right},
			[]string{`"linux/amd64"`, "given twice"},
		},
		{[]string{"test", "--test=", "--test=true", right}, []string{`""`, "no word"}},
		{[]string{"test", "--test-timeout=9999999h", right}, []string{`"9999999h"`, "30s"}},
		{[]string{"test", "--test-memory=99999999999999999999g", right}, []string{`"99999999999999999999g"`, "512m"}},
		{[]string{"test", "ap\u0430:1"}, []string{`'\u0430'`, "no letter of a to z"}},
		{[]string{"diff", right, "app\u200b:1"}, []string{`'\u200b'`, `"app\u200b:1"`}},
		{[]string{"diff", "--platform=", right}, []string{`""`, "linux/amd64"}},
		{[]string{"diff", "--format={{", right}, []string{`"{{"`, "{{json .}}"}},
		{[]string{"diff", long, right}, []string{"aaa … aaa"}},
		{[]string{"diff", "oci-layout://.", right}, []string{`"."`, "index.json"}},
		{[]string{"verify", "--platform=linux/amd64,linux/amd64", right}, []string{`"linux/amd64"`, "given twice"}},
		{[]string{"verify", "--format=", right}, []string{`""`, "table or json"}},
		{[]string{"verify", "--deep", "--allow-foreign=", right}, []string{`--allow-foreign ""`}},
		{[]string{"verify", "ap\u0430:1"}, []string{`'\u0430'`, "NAME[:TAG]"}},
		{[]string{"verify", "app:1\u2028"}, []string{`\u2028`}},
		{[]string{"promote", right, "1\u00a0"}, []string{`'\u00a0'`, "NAME[:TAG]"}},
		{[]string{"promote", right, "\uff11"}, []string{`'\uff11'`}},
		{[]string{"promote", "--platform=linux/amd46", right, "2"}, []string{`"linux/amd46"`}},
		{[]string{"promote", right, "other/app:2@sha256:1"}, []string{`"other/app:2@sha256:1"`}},
		{[]string{"tag", right, "app\u0301:1"}, []string{`'\u0301'`}},
		{[]string{"tag", right, "app@sha256:aa"}, []string{`"app@sha256:aa"`}},
		{[]string{"tag", right, long + ":1"}, []string{"aaa … aaa"}},
		{[]string{"prune", "--filter=until=-1h"}, []string{`"-1h"`, "24h"}},
		{[]string{"prune", "--filter=until=1h\u200b"}, []string{`"1h\u200b"`, "24h"}},
		{[]string{"prune", "--filter=state=wat"}, []string{`"state"`, "until=DURATION"}},
		{[]string{"prune", "--filter=" + long + "=1"}, []string{"aaa … aaa", "until=DURATION"}},
		{[]string{"status", "--platform=linux/arm64,linux/arm64"}, []string{`"linux/arm64"`, "given twice"}},
		{[]string{"status", "--platform=linux/\u0430rm64"}, []string{"linux/\u0430rm64"}},
		{[]string{"status", "--format={{\"\u202e\"}}x{{"}, []string{`\u202e`, "{{json .}}"}},
		{[]string{"status", "--builder=b\u200b"}, []string{`b\u200b`}},
	}
}
