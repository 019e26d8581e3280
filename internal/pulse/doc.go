// Package pulse finds out that somebody has gone who does not say so: a machine whose power or network was cut closes
// no connection.
package pulse
