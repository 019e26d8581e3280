package failure

import "errors"

// ErrAudit is the class of an audit that found programs of another platform.
var ErrAudit = errors.New("errors found")
