package builder

import "github.com/docker/cli/cli/command"

// Client gives the builders of the Docker CLI in use.
type Client struct{ dockerCLI command.Cli }

// New returns a client. It contacts nothing.
func New(dockerCLI command.Cli) *Client { return &Client{dockerCLI: dockerCLI} }

// CLI is the Docker CLI in use, which buildx wants where a builder is made.
func (c *Client) CLI() command.Cli { return c.dockerCLI }
