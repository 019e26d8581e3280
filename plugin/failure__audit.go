package plugin

import "errors"

// errAudit is the class of an audit that found programs of another platform.
var errAudit = errors.New("errors found")
