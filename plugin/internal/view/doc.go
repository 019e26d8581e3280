// Package view prints: tables, JSON, templates, plans, progress, questions and result files. It is given what happened,
// and decides nothing.
package view
