package board

import (
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/moby/buildkit/client"
)

// rateOver is the time that a rate is measured over.
const rateOver = 3 * time.Second

// rate is how fast bytes move.
type rate struct {
	from        time.Time
	base, bytes int64
	speed       float64
}

// note takes down how many bytes there are by now.
func (r *rate) note(bytes int64, now time.Time) {
	if r.from.IsZero() || bytes < r.bytes {
		*r = rate{from: now, base: bytes}
	}
	r.bytes = bytes
	const least = rateOver / 3
	passed := now.Sub(r.from)
	if passed >= least {
		r.speed = float64(bytes-r.base) / passed.Seconds()
	}
	if passed >= rateOver {
		r.from, r.base = now, bytes
	}
}

// bytes are how many of a step's bytes have moved, of how many; total is 0 where that is not known.
func (s *step) bytes() (moved, total int64) {
	known := true
	for _, st := range s.moved {
		moved += st.Current
		known = known && (st.Total > 0 || st.Current == 0)
		total += max(st.Total, st.Current)
	}
	if !known {
		return moved, 0
	}
	return moved, total
}

// doing is what a step is at: the last of its parts that has a name, where it is known by its parts, else its own name.
func (s *step) doing(name string) string {
	var last *client.VertexStatus
	for _, st := range s.moved {
		named := st.Started != nil && st.Completed == nil && strings.HasPrefix(st.ID, "exporting ")
		if named && (last == nil || st.Started.After(*last.Started)) {
			last = st
		}
	}
	if s.done() || last == nil {
		return name
	}
	return last.ID
}

// transfer is what of bytes there is to say, empty where none move.
func (s *step) transfer() string {
	moved, total := s.bytes()
	switch {
	case moved == 0 && total == 0:
		return ""
	case s.done():
		return units.HumanSizeWithPrecision(float64(moved), digits)
	}
	text := units.HumanSizeWithPrecision(float64(moved), digits)
	if total > 0 {
		text += "/" + units.HumanSizeWithPrecision(float64(total), digits)
	}
	if s.rate.speed >= 1 {
		text += " " + units.HumanSizeWithPrecision(s.rate.speed, digits) + "/s"
	}
	return text
}

// digits are how many of a number of bytes are shown.
const digits = 3
