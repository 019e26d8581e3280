package reproduce

import (
	"context"
	"strconv"

	"github.com/docker-multiplat/docker-multiplat/builder/request"
)

// takeTime finds the time that the first build gave to everything, and whether files were set to it. The value is that
// of --reproducible on the command line.
func (p *plan) takeTime(ctx context.Context, value string) (err error) {
	if value != "" {
		p.build, err = p.build.Reproducible(ctx, value)
		is, _ := p.build.GivenEpoch()
		p.take(request.EpochArgument, is+", times of files too", fromLine)
		return err
	}
	if is, ok := request.EpochIn(p.source()); ok {
		p.build.RewriteTimestamps = true
		p.give(is)
		p.take(request.EpochArgument, is+", times of files too", fromNotes)
		return nil
	}
	if _, given := p.build.ArgumentEpoch(); given || p.of.config.Created == nil {
		return nil
	}
	made := p.of.config.Created
	is := strconv.FormatInt(made.Unix(), 10)
	switch {
	case request.MayBe(p.source(), request.EpochArgument, is):
		p.give(is)
		p.take(request.EpochArgument, is, fromImage)
	case p.of.note == nil && made.Nanosecond() == 0:
		// nobody builds on a whole second by chance; where files were not set to it, setting them changes nothing
		p.build.RewriteTimestamps = true
		p.give(is)
		p.take(request.EpochArgument, is+", times of files too", fromImage)
	}
	return nil
}

// give adds the time to the arguments, unless it is there. What the environment says is of this shell, and of no build.
func (p *plan) give(epoch string) {
	if _, given := p.build.ArgumentEpoch(); !given {
		p.build.BuildArgs = append(p.build.BuildArgs, request.EpochArgument+"="+epoch)
	}
}
