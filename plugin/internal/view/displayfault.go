package view

import (
	"fmt"

	"github.com/docker-multiplat/docker-multiplat/internal/visible"
)

// draw has the picture do something. What is done must not end for the sake of how it is shown: where the picture
// panics, plain lines take its place, which is said once, and where they do too nothing is shown any more.
func (d *Display) draw(do func(picture)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.picture != nil {
		reason := drawFault(d.picture, do)
		if reason == nil {
			return
		}
		d.picture, d.plain = d.plain, nil
		if d.say != nil {
			d.say("the display has failed, which is a bug of docker-multiplat, and what goes on is shown in plain lines: " +
				visible.Line(fmt.Sprint(reason)))
			d.say = nil
		}
	}
}

// drawFault has a picture do something, and returns what it panicked with.
func drawFault(p picture, do func(picture)) (reason any) {
	defer func() { reason = recover() }()
	do(p)
	return nil
}
