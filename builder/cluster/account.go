package cluster

import (
	"context"
	"fmt"
	"regexp"

	enginecontainer "github.com/moby/moby/api/types/container"
)

// Accounts tells who a user of an image is, as UID:GID. It is asked for what pods do not take: names, and groups.
type Accounts func(ctx context.Context, user string) (string, error)

// Knows notes who knows the users of an image; unknown tells that an error says that there is no such user.
func (p *Pool) Knows(image string, accounts Accounts, unknown func(error) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accounts[image] = func(ctx context.Context, user string) (string, error) {
		numbers, err := accounts(ctx, user)
		if err != nil && unknown(err) {
			err = &refusal{err.Error()}
		}
		return numbers, err
	}
}

// accounted is a container whose user is a number, as pods want it.
func (p *Pool) accounted(
	ctx context.Context, config enginecontainer.Config,
) (_ *enginecontainer.Config, err error) {
	if regexp.MustCompile(`^([0-9]+(:[0-9]+)?)?$`).MatchString(config.User) {
		return &config, nil
	}
	p.mu.Lock()
	accounts := p.accounts[config.Image]
	p.mu.Unlock()
	if accounts == nil {
		return nil, fmt.Errorf("nobody knows who the user %q of %s is", config.User, config.Image)
	}
	config.User, err = accounts(ctx, config.User)
	return &config, err
}
