package request

import "fmt"

// parsed reads the values of a flag. Where one cannot be read, the error names it, and what one looks like; what is
// wrong with all of them together is said of the flag.
func parsed[T any](flag, form string, values []string, read func([]string) (T, error)) (T, error) {
	all, err := read(values)
	if err == nil {
		return all, nil
	}
	for _, value := range values {
		if _, err := read([]string{value}); err != nil {
			return all, fmt.Errorf("reading --%s %q: %w; give it as %s", flag, value, err, form)
		}
	}
	return all, fmt.Errorf("reading --%s: %w; give it as %s", flag, err, form)
}

// What the values of flags look like.
const (
	lentForm       = "id=NAME,src=FILE or id=NAME,env=VARIABLE"
	sshForm        = "default, or ID=SOCKET or ID=KEYFILE"
	cacheForm      = "type=registry,ref=NAME, or another type with where it is"
	annotationForm = "KEY=VALUE, with index: or manifest: before it"
	contextForm    = "NAME=FOLDER, NAME=URL or NAME=docker-image://IMAGE"
	resourceForm   = "memory=2g or cpu-quota=50000"
	policyForm     = "filename=FILE, or disabled=true"
	allowForm      = "network.host, security.insecure or device"
)
