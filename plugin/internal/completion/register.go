package completion

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/dockercli"
)

// Offers are what flags and arguments may be. One serves all commands: it is made at every start of the program.
type Offers struct {
	host             func() dockercli.Host
	flags, arguments map[string]offerer
}

// NewOffers are the offers of this program. host is asked for when something is completed.
func NewOffers(host func() dockercli.Host) Offers {
	return Offers{host: host, flags: flagOffers(), arguments: argumentOffers()}
}

// Register has a command offer values for its flags and arguments.
func (o Offers) Register(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		offer, known := o.flags[cmd.Name()+" "+f.Name]
		if !known {
			offer, known = o.flags[f.Name]
		}
		if known {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, function(offer, o.host)) // fails for what is no flag, or twice
		}
	})
	if offer, known := o.arguments[cmd.Name()]; known {
		cmd.ValidArgsFunction = function(offer, o.host)
	}
}

// Free tells that a flag takes text of which nothing is known.
func Free(flag string) bool {
	return slices.Contains(strings.Fields(
		"allow-foreign cgroup-parent reason test test-exec"), flag)
}

// argumentOffers are what the arguments of a command may be.
func argumentOffers() map[string]offerer {
	return map[string]offerer{
		"build":     folders,
		"check":     folders,
		"test":      upTo(1, draftNames),
		"inspect":   upTo(1, draftNames),
		"verify":    upTo(1, publishedFirst),
		"diff":      upTo(2, publishedFirst),
		"bake":      upTo(anyNumber, bakeTargets),
		"publish":   upTo(anyNumber, published),
		"rm":        upTo(anyNumber, draftNames),
		"merge":     upTo(anyNumber, publishedFirst),
		"reproduce": inTurn(publishedFirst, upTo(2, folders)),
		"tag":       inTurn(draftNames, tagOfFirst),
		"promote":   inTurn(publishedFirst, tagOfFirst),
		"help":      upTo(1, commands),
	}
}

// anyNumber of arguments.
const anyNumber = 1 << 30

// upTo offers for so many arguments, and none of them twice.
func upTo(most int, offer offerer) offerer {
	return func(p place) offers {
		if len(p.args) >= most {
			return offers{}
		}
		o := offer(p)
		o.values = without(o.values, p.args)
		return o
	}
}

// inTurn offers one thing for the first argument, and another for those that follow.
func inTurn(first, rest offerer) offerer {
	return func(p place) offers {
		if len(p.args) == 0 {
			return first(p)
		}
		return rest(p)
	}
}

// commands are the commands that have a help.
func commands(p place) offers {
	var o offers
	for _, cmd := range p.cmd.Parent().Commands() {
		if cmd.IsAvailableCommand() {
			o.values = append(o.values, cmd.Name())
		}
	}
	return o
}
