package record

import (
	"slices"
	"strings"
)

// ManualTest is what a test by hand is called in records and reports.
const ManualTest = "manual look"

// The rest of what a manual test is called in records.
const (
	manualCase    = ManualTest + " by "
	remarkSetting = ManualTest + " remark"
)

// Manual is what a person said of an image after trying it by hand.
type Manual struct {
	Passed      bool
	Who, Remark string
}

// Name is that of the manual test among the tests of a record.
func (m Manual) Name() string { return manualCase + m.Who }

// Settings are what a record holds of a manual test beside its verdict; of none there is nothing.
func (m *Manual) Settings() []Setting {
	if m == nil {
		return nil
	}
	settings := []Setting{{Name: ManualTest, Value: m.Who}}
	if m.Remark != "" {
		settings = append(settings, Setting{Name: remarkSetting, Value: m.Remark})
	}
	return settings
}

// ManualIn finds the manual test in a record; nil when it has none.
func ManualIn(result Result) *Manual {
	var found Manual
	for _, s := range result.Configuration {
		switch s.Name {
		case ManualTest:
			found.Who = s.Value
		case remarkSetting:
			found.Remark = s.Value
		}
	}
	found.Passed = slices.Contains(result.Passed, found.Name())
	if found.Who == "" || !found.Passed && !slices.Contains(result.Failed, found.Name()) {
		return nil
	}
	found.Who, found.Remark = Printable(found.Who), Printable(found.Remark) // others may have written it
	return &found
}

// WithoutManual are the settings of a record as they were before somebody tried the image by hand.
func WithoutManual(settings []Setting) []Setting {
	return slices.DeleteFunc(slices.Clone(settings), func(s Setting) bool {
		return s.Name == ManualTest || s.Name == remarkSetting
	})
}

// AddTo adds the manual test to what tests have recorded, in the place of an earlier one. Where no tests have
// passed, it
// stands alone, with the settings it was made under.
func (m Manual) AddTo(before Result, settings []Setting) Result {
	isManual := func(name string) bool { return strings.HasPrefix(name, manualCase) }
	result := before
	result.Passed = slices.DeleteFunc(slices.Clone(before.Passed), isManual)
	result.Failed = slices.DeleteFunc(slices.Clone(before.Failed), isManual)
	result.Configuration = WithoutManual(before.Configuration)
	if len(result.Passed) == 0 || len(result.Failed) > 0 || before.Result == Warned {
		result = Result{Configuration: settings}
	}
	result.Reason = ""
	result.Configuration = append(result.Configuration, m.Settings()...)
	if m.Passed {
		result.Result, result.Passed, result.Failed = Passed, append(result.Passed, m.Name()), nil
		return result
	}
	result.Result, result.Failed = Failed, []string{m.Name()}
	return result
}
