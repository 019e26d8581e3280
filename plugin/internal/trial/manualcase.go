package trial

import (
	"github.com/docker-multiplat/docker-multiplat/builder/localtest"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
)

// manualVerdict is what a person said, as a test says it.
func manualVerdict(m record.Manual) localtest.Verdict {
	if m.Passed {
		return localtest.Passed
	}
	return localtest.Failed
}

// manualCase is what a person said as one of the tests of a report.
func manualCase(m record.Manual) localtest.Case {
	return localtest.Case{Name: m.Name(), Verdict: manualVerdict(m), Reason: m.Remark}
}
