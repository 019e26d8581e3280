package record

import (
	"strings"

	"github.com/docker-multiplat/docker-multiplat/manifest/audit"
)

// AuditTest is the name of the audit among the tests of a record.
const AuditTest = "audit"

// The settings of a record that tell what the audit went by.
const (
	auditSetting        = "audit"
	allowForeignSetting = "allow-foreign"
)

// AuditSettings are what decides the audit's verdict beside the image.
func AuditSettings(allow audit.Globs) []Setting {
	return []Setting{{Name: auditSetting, Value: audit.Rules}, allowed(allow)}
}

// Allowed are the patterns of files of another platform that were let be, apart by spaces.
func (r Result) Allowed() string {
	for _, setting := range r.Configuration {
		if setting.Name == allowForeignSetting {
			return setting.Value
		}
	}
	return ""
}

// allowed is the setting that tells which files of another platform were let be.
func allowed(allow audit.Globs) Setting {
	return Setting{Name: allowForeignSetting, Value: strings.Join(allow.Patterns(), " ")}
}
