//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strings"

	"github.com/creack/pty"
	"github.com/tonistiigi/vt100"
)

// width and height are those of the terminal.
const (
	width  = 80
	height = 24
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

// run has a command make a picture.
func run(ctx context.Context, args []string) error {
	if len(args) < 2 { //nolint:mnd // a file and a command
		return errors.New("usage: pictures FILE.svg COMMAND [ARG...]")
	}
	lines, err := watch(ctx, args[1:])
	if err != nil {
		return err
	}
	return os.WriteFile(args[0], []byte(svg(lines)), 0o644) //nolint:gosec // a picture is for everybody
}

// typed is a command as it is typed.
func typed(command []string) string {
	words := make([]string, 0, len(command))
	for _, word := range command {
		if strings.Contains(word, " ") {
			word = "'" + word + "'"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// watch runs a command on a terminal and returns what that shows while a platform has passed and another has not.
func watch(ctx context.Context, command []string) (seen []line, err error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: height, Cols: width})
	if err != nil {
		return nil, fmt.Errorf("running %q: %w", command, err)
	}
	defer func() { _ = tty.Close() }()
	screen := vt100.NewVT100(height, width)
	_, _ = screen.Write([]byte("$ " + typed(command) + "\r\n"))
	passed := regexp.MustCompile(`(?m)^✔ .*passed`)
	atWork := regexp.MustCompile(`(?m)^[^✔\s\[] +linux/.*(building|exporting|loading|testing)`)
	chunk := make([]byte, 1<<16)
	for {
		n, readErr := tty.Read(chunk)
		_, _ = screen.Write(chunk[:n])
		now := linesOf(screen)
		if text := textOf(now); seen == nil && passed.MatchString(text) && atWork.MatchString(text) {
			seen = now
		}
		if readErr != nil { // the end of the terminal is that of the command
			break
		}
	}
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("running %q: %w\n%s", command, err, textOf(linesOf(screen)))
	}
	if seen == nil {
		return nil, fmt.Errorf("%q never showed one platform that had passed beside one at work", command)
	}
	return seen, nil
}
