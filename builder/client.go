package builder

import "github.com/docker/cli/cli/command"

// Client gives the builders of the Docker CLI in use.
type Client struct {
	dockerCLI command.Cli
	// tell hears of waits for other processes; nil: nobody does.
	tell func(line string)
}

// New returns a client. It contacts nothing.
func New(dockerCLI command.Cli) *Client { return &Client{dockerCLI: dockerCLI} }

// Telling is the client with somebody who hears of waits for other processes.
func (c *Client) Telling(tell func(line string)) *Client {
	return &Client{dockerCLI: c.dockerCLI, tell: tell}
}

// CLI is the Docker CLI in use, which buildx wants where a builder is made.
func (c *Client) CLI() command.Cli { return c.dockerCLI }
