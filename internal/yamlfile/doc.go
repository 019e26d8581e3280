// Package yamlfile reads YAML and JSON files that people write into types, and says what does not fit by its line and
// column.
package yamlfile
