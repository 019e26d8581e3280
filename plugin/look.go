package plugin

import (
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest"
)

// What a look by hand is called in records and reports.
const (
	lookCase          = "manual look by "
	lookSetting       = "manual look"
	lookRemarkSetting = "manual look remark"
)

// look is what a person said of one platform's image after trying it by hand.
type look struct {
	passed      bool
	who, remark string
}

func (l look) verdict() localtest.Verdict {
	if l.passed {
		return localtest.Passed
	}
	return localtest.Failed
}

// testCase is the look as one of the tests of a report.
func (l look) testCase() localtest.Case {
	return localtest.Case{Name: lookCase + l.who, Verdict: l.verdict(), Reason: l.remark}
}

// settings are what a record holds of the look beside its verdict; of none there is nothing.
func (l *look) settings() []manifest.Setting {
	if l == nil {
		return nil
	}
	settings := []manifest.Setting{{Name: lookSetting, Value: l.who}}
	if l.remark != "" {
		settings = append(settings, manifest.Setting{Name: lookRemarkSetting, Value: l.remark})
	}
	return settings
}

// lookIn finds the look in a record; nil when it has none.
func lookIn(record manifest.TestResult) *look {
	var found look
	for _, s := range record.Configuration {
		switch s.Name {
		case lookSetting:
			found.who = s.Value
		case lookRemarkSetting:
			found.remark = s.Value
		}
	}
	found.passed = slices.Contains(record.Passed, lookCase+found.who)
	if found.who == "" || !found.passed && !slices.Contains(record.Failed, lookCase+found.who) {
		return nil
	}
	found.who, found.remark = personal(found.who), personal(found.remark) // others may have written it
	return &found
}

// withoutLook is a record as it was before somebody looked.
func withoutLook(record manifest.TestResult) manifest.TestResult {
	isLook := func(name string) bool { return strings.HasPrefix(name, lookCase) }
	record.Passed = slices.DeleteFunc(slices.Clone(record.Passed), isLook)
	record.Failed = slices.DeleteFunc(slices.Clone(record.Failed), isLook)
	record.Configuration = withoutLookSettings(record.Configuration)
	return record
}

func withoutLookSettings(settings []manifest.Setting) []manifest.Setting {
	return slices.DeleteFunc(slices.Clone(settings), func(s manifest.Setting) bool {
		return s.Name == lookSetting || s.Name == lookRemarkSetting
	})
}

// record adds the look to what tests have recorded, in the place of an earlier look. Where no tests have passed, it
// stands alone, with the settings it was made under.
func (l look) record(before manifest.TestResult, settings []manifest.Setting) manifest.TestResult {
	result := withoutLook(before)
	if len(result.Passed) == 0 || len(result.Failed) > 0 || before.Result == manifest.Warned {
		result = manifest.TestResult{Configuration: settings}
	}
	result.Reason = ""
	result.Configuration = append(result.Configuration, l.settings()...)
	if l.passed {
		result.Result, result.Passed, result.Failed = manifest.Passed, append(result.Passed, l.testCase().Name), nil
		return result
	}
	result.Result, result.Failed = manifest.Failed, []string{l.testCase().Name}
	return result
}
