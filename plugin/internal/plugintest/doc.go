// Package plugintest has what tests of the command line share: a Docker CLI whose engine may not be contacted, drafts
// and images of a few bytes, and a registry in memory. Only tests import it.
package plugintest
