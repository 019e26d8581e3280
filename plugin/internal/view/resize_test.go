package view

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/board"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/plugintest"
)

// halfway is a board in the middle of a build, and when that is.
func halfway(t *testing.T) (board.Board, time.Time) {
	t.Helper()
	b := board.Board{Title: `building with "multiplat"`}
	var tamer statusTamer
	list := until(plugintest.Recording(t, "failed"), 3*time.Second)
	for _, piece := range list {
		b.Write(tamer.tame(piece.Status), piece.At)
	}
	return b, list[len(list)-1].At
}

// drawnLines is the board as it is on a terminal of a size.
func drawnLines(p *boardPicture, size board.Size, now time.Time) (list []string) {
	for _, l := range p.board.Screen(size, now) {
		list = append(list, strings.TrimRight(l.String(), " "))
	}
	return list
}

// A terminal that becomes smaller, and larger again, shows the board once, and above it what was there before: whether
// it breaks lines or cuts them, and whether it has moved some of them out of its top. While it is small, the rest of a
// line that began above is empty.
func TestBoardAfterShrinkingAndGrowing(t *testing.T) {
	sizes := []board.Size{
		{
			Width:  80,
			Height: 24,
		},
		{Width: 30, Height: 12},
		{Width: 25, Height: 6},
		{Width: 80, Height: 6},
		{Width: 120, Height: 40},
	}
	b, began := halfway(t)
	for _, lines := range []int{1, 40} {
		var before []string
		for i := range lines {
			before = append(before, fmt.Sprintf("%d of its user", i))
		}
		for _, first := range sizes {
			for _, second := range sizes {
				for _, v := range []*scrollback{{}, {forgets: true}, {cuts: true}} {
					p := v.picture(b, before, board.Size{Width: 80, Height: 24})
					p.shrinkAndGrow(t, began, first, second, board.Size{Width: 120, Height: 60})
					p.canvas.leave(nil, p.size())
					assert.DeepEqual(t, v.all(), before)
				}
			}
		}
	}
}

// underLines is a board under lines of its user.
type underLines struct {
	boardPicture
	*scrollback
	before []string
}

// picture is a board on the terminal, of a size.
func (v *scrollback) picture(b board.Board, before []string, size board.Size) *underLines {
	v.width, v.height, v.rows = size.Width, size.Height, make([]textRow, size.Height)
	_, _ = v.Write([]byte(strings.Join(before, "\n") + "\n"))
	return &underLines{boardPicture{
		board: b, canvas: canvas{out: v, cuts: v.cuts},
		size: func() board.Size { return board.Size{Width: v.width, Height: v.height} },
	}, v, before}
}

// shrinkAndGrow makes the terminal as large as the sizes, one after the other.
func (a *underLines) shrinkAndGrow(t *testing.T, at time.Time, sizes ...board.Size) {
	t.Helper()
	a.tick(at)
	var want []string
	for _, size := range sizes {
		at = at.Add(time.Second)
		a.become(size.Width, size.Height)
		a.tick(at)
		got := a.screen()
		empty := slices.IndexFunc(got, func(line string) bool { return line != "" })
		want = drawnLines(&a.boardPicture, board.Size{Width: size.Width, Height: size.Height - empty}, at)
		assert.DeepEqual(t, got[max(len(got)-len(want), 0):], want)
	}
	assert.DeepEqual(t, a.all(), append(slices.Clone(a.before), want...))
}
