package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	clidocstool "github.com/docker/cli-docs-tool"
	"github.com/docker/cli-docs-tool/annotation"
	"github.com/docker/cli/cli/command"
	"github.com/spf13/cobra"

	"github.com/docker-multiplat/docker-multiplat/plugin"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background(), os.Args[1:]); err != nil {
		log.Print("ERROR: ", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: generate FOLDER, not %q", args)
	}
	return generate(ctx, args[0])
}

// generate updates the pages in a folder, one per command.
func generate(ctx context.Context, folder string) error {
	root, err := rootCommand(ctx)
	if err != nil {
		return err
	}
	tool, err := clidocstool.New(clidocstool.Options{Root: root, SourceDir: folder, Plugin: true})
	if err != nil {
		return fmt.Errorf("opening %q: %w", folder, err)
	}
	if err := tool.GenMarkdownTree(root); err != nil {
		return fmt.Errorf("generating the pages in %q: %w", folder, err)
	}
	return nil
}

// rootCommand is docker with the plugin under it, as users call it. Defaults that a variable of the environment
// sets are not part of the documentation.
func rootCommand(ctx context.Context) (*cobra.Command, error) {
	if err := os.Unsetenv("BUILDX_BUILDER"); err != nil {
		return nil, fmt.Errorf("clearing the environment: %w", err)
	}
	dockerCLI, err := command.NewDockerCli()
	if err != nil {
		return nil, fmt.Errorf("making a Docker CLI: %w", err)
	}
	root := &cobra.Command{
		Use: "docker [OPTIONS] COMMAND [ARG...]",
		// usage texts quote literal values; the pages set them as code
		Annotations:       map[string]string{annotation.CodeDelimiter: `"`},
		DisableAutoGenTag: true,
	}
	root.AddCommand(plugin.NewCommand(ctx, dockerCLI))
	indentCode(root)
	return root, nil
}

// indentCode makes code blocks of what the help indents by two spaces: Markdown wants four.
func indentCode(cmd *cobra.Command) {
	cmd.Long = strings.ReplaceAll(cmd.Long, "\n  ", "\n    ")
	for _, child := range cmd.Commands() {
		indentCode(child)
	}
}
