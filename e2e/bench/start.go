//go:build linux

package main

import (
	"context"
	"fmt"
	"path/filepath"
)

// starts is how often a start is measured for each round: it takes milliseconds.
const starts = 7

// compareStarts measures what the Docker CLI and a shell start the plugin for, beside buildx.
func (b *bench) compareStarts(ctx context.Context, rounds int) error {
	fmt.Println("| start | multiplat | buildx | of buildx | CPU | CPU of buildx |")
	fmt.Println("|---|---|---|---|---|---|")
	buildx := filepath.Join(filepath.Dir(b.plugin()), "docker-buildx")
	for _, start := range []struct {
		name string
		args []string
	}{
		{"for the Docker CLI", []string{"docker-cli-plugin-metadata"}},
		{"--help", []string{"NAME", "--help"}},
		{"completion of a flag's name", []string{"__complete", "NAME", "build", "--bu"}},
		{"completion of a builder", []string{"__complete", "NAME", "build", "--builder", ""}},
	} {
		var ours, theirs []sample
		for range rounds * starts {
			for _, of := range []struct {
				binary, word string
				to           *[]sample
			}{{b.plugin(), "multiplat", &ours}, {buildx, "buildx", &theirs}} {
				taken, err := b.measure(ctx, way{commands: [][]string{named(of.binary, of.word, start.args)}})
				if err != nil {
					return err
				}
				*of.to = append(*of.to, taken)
			}
		}
		m, x := median(ours), median(theirs)
		fmt.Printf("| %s | %d ms | %d ms | %.2f | %d ms | %d ms |\n", start.name, m.took.Milliseconds(),
			x.took.Milliseconds(), ratio(m.took, x.took), m.cpu.Milliseconds(), x.cpu.Milliseconds())
	}
	return nil
}

// named is a command with the plugin's own word in place of NAME.
func named(binary, word string, args []string) []string {
	command := []string{binary}
	for _, arg := range args {
		if arg == "NAME" {
			arg = word
		}
		command = append(command, arg)
	}
	return command
}
