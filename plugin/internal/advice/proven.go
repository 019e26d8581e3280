package advice

import (
	"errors"
	"slices"
	"strings"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
)

// WithProven has an init that is told to be run for some platforms prepare those that are proven, too: what it names is
// what a build takes from then on.
func WithProven(err error, proven func() []string) error {
	var f *failure.Error
	for cause := err; errors.As(cause, &f); cause = f.Err {
		if strings.Contains(f.Next, forPlatforms) {
			f.Next = besideProven(f.Next, proven())
		}
	}
	return err
}

// forPlatforms is an init that names platforms.
const forPlatforms = "docker " + Program + " init --platform "

// besideProven puts what is proven before the platforms that an init in a text names, unless those are all.
func besideProven(text string, proven []string) string {
	head, tail, found := strings.Cut(text, forPlatforms)
	named, rest, more := strings.Cut(tail, " ")
	list := strings.Split(named, ",")
	if !found || slices.Contains(list, "all") {
		return text
	}
	whole := slices.Clone(proven)
	for _, name := range list {
		if !slices.Contains(whole, name) {
			whole = append(whole, name)
		}
	}
	if more {
		rest = " " + rest
	}
	return head + forPlatforms + quote(strings.Join(whole, ",")) + rest
}
