package trust

import (
	"crypto/x509"
	"fmt"
	"time"
)

// outOfTime is a certificate that is not valid now. A clock that is wrong does the same.
func outOfTime(cert *x509.Certificate, now time.Time, err error) error {
	clock := now.UTC().Format(time.DateTime)
	if now.Before(cert.NotBefore) {
		return Because(
			fmt.Sprintf("its certificate is valid from %s UTC, and the clock of this machine says %s UTC: %s too early",
				cert.NotBefore.UTC().Format(time.DateTime), clock, HowFar(cert.NotBefore.Sub(now))),
			"set the clocks of both machines right, or make the certificate anew", err)
	}
	return Because(
		fmt.Sprintf("its certificate has expired at %s UTC, and the clock of this machine says %s UTC: %s too late",
			cert.NotAfter.UTC().Format(time.DateTime), clock, HowFar(now.Sub(cert.NotAfter))),
		"make the certificate anew; if it has not expired, set the clock of this machine right", err)
}

// HowFar is a time in words: days, where it is more than one.
func HowFar(d time.Duration) string {
	const day = 24 * time.Hour
	if d < 2*day {
		return d.Round(time.Second).String()
	}
	return fmt.Sprintf("%.0f days", d.Hours()/day.Hours())
}
