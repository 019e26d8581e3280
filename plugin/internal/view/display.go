package view

import (
	"sync"
	"time"

	"github.com/docker/buildx/util/progress"
	"github.com/moby/buildkit/client"

	"github.com/docker-multiplat/docker-multiplat/plugin/internal/board"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/shown"
)

// Display shows what goes on. Names of steps and what they write come from Dockerfiles, images and tests: they are made
// fit for a terminal on their way.
type Display struct {
	// Printer shows BuildKit's JSON where programs read that; else it shows nothing, and keeps buildx's log lines back
	// until the display has ended.
	*progress.Printer
	tamer statusTamer
	// picture is nil where nothing is shown but by the Printer. plain are the lines that take its place if it fails.
	picture, plain picture
	// say writes a line of ours; nil where none is to be seen.
	say func(line string)
	// history is nil where nothing is kept.
	history *history

	mu      sync.Mutex
	once    sync.Once
	stop    chan struct{}
	stopped chan struct{}
	giveWay bool
}

// picture is what a display shows.
type picture interface {
	// write takes what is new.
	write(status *client.SolveStatus, now time.Time)
	// tick shows how things are, when time has passed.
	tick(now time.Time)
	// end shows how things are in the end. What comes after takes the place of the picture where it gives way.
	end(now time.Time, giveWay bool)
}

// refresh is the time between two pictures.
const refresh = 100 * time.Millisecond

// newDisplay shows a picture until Wait, and plain lines if that fails.
func newDisplay(printer *progress.Printer, shown, plain picture, say func(line string)) *Display {
	d := &Display{
		Printer: printer, picture: shown, plain: plain, say: say,
		stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	if shown == nil {
		close(d.stopped)
		return d
	}
	go d.run()
	return d
}

// run draws the picture again and again.
func (d *Display) run() {
	defer close(d.stopped)
	ticker := time.NewTicker(refresh)
	defer ticker.Stop()
	for {
		select {
		case <-d.stop:
			return
		case now := <-ticker.C:
			d.draw(func(p picture) { p.tick(now) })
		}
	}
}

// Write implements [progress.Writer].
func (d *Display) Write(status *client.SolveStatus) {
	d.Printer.Write(status)
	d.draw(func(p picture) { p.write(d.tamer.tame(status), time.Now()) })
	d.history.write(status, time.Now())
}

// Note shows a line that stays.
func (d *Display) Note(line string) { shown.Note(d, line) }

// GiveWay says that a table of what came of it takes the place of the picture.
func (d *Display) GiveWay() { d.giveWay = true }

// Wait ends the display: only then everything has been shown.
func (d *Display) Wait() error {
	d.once.Do(func() {
		close(d.stop)
		<-d.stopped
		d.draw(func(p picture) { p.end(time.Now(), d.giveWay) })
	})
	return d.Printer.Wait()
}

// boardPicture is the board on a terminal.
type boardPicture struct {
	board  board.Board
	canvas canvas
	// size asks the terminal, which may have become another.
	size func() board.Size
}

func (p *boardPicture) write(status *client.SolveStatus, now time.Time) { p.board.Write(status, now) }

func (p *boardPicture) tick(now time.Time) {
	p.canvas.draw(func(room board.Size) []board.Line { return p.board.Screen(room, now) }, p.size())
}

func (p *boardPicture) end(now time.Time, giveWay bool) {
	size := p.size()
	p.board.Close(now)
	p.canvas.leave(p.board.Last(size.Width, giveWay), size)
}

// logPicture is the log for a file.
type logPicture struct {
	log board.Log
	// say writes a line; number keeps that of the last step for the next display.
	say    func(line string)
	number *int
}

func (p *logPicture) write(status *client.SolveStatus, now time.Time) {
	p.print(p.log.Write(status, now))
}

func (p *logPicture) tick(now time.Time) { p.print(p.log.Tick(now)) }

func (p *logPicture) end(now time.Time, _ bool) {
	p.print(p.log.Close(now))
	*p.number = p.log.Count
}

// print writes lines.
func (p *logPicture) print(lines []string) {
	for _, line := range lines {
		p.say(line)
	}
}
