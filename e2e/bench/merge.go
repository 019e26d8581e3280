//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// away is how long each answer of a registry takes that is not on this machine.
const away = 20 * time.Millisecond

// compareMerges measures how four images of one platform each, without attestations, come under one tag.
func (b *bench) compareMerges(ctx context.Context, rounds int) error {
	fmt.Printf("%d rounds, four plain images under one tag, %v for each answer; medians\n\n", rounds, away)
	fmt.Println("| way | time | of the fastest other | CPU | requests | peak MB |")
	fmt.Println("|---|---|---|---|---|---|")
	sources, err := b.sources(ctx)
	if err != nil {
		return err
	}
	ways, err := b.merges(sources)
	if err != nil {
		return err
	}
	b.wire.delay.Store(int64(away))
	defer b.wire.delay.Store(0)
	all := map[string][]sample{}
	for round := range rounds {
		for _, w := range ways(fmt.Sprintf("round-%d", round)) {
			taken, err := b.measure(ctx, w)
			if err != nil {
				return err
			}
			all[w.name] = append(all[w.name], taken)
		}
	}
	fastest := time.Hour
	for _, w := range ways("")[1:] {
		fastest = min(fastest, median(all[w.name]).took)
	}
	for _, w := range ways("") {
		m := median(all[w.name])
		fmt.Printf("| %s | %d ms | %.2f | %d ms | %d | %d |\n", w.name, m.took.Milliseconds(), ratio(m.took, fastest),
			m.cpu.Milliseconds(), m.requests, m.peak>>20)
	}
	return nil
}

// sources puts the images into the registry, in the repository that they are to be merged in.
func (b *bench) sources(ctx context.Context) (all []string, err error) {
	for _, arch := range []string{"amd64", "arm64", "s390x", "ppc64le"} {
		image, err := imageFor(v1.Platform{OS: "linux", Architecture: arch}, 1)
		if err != nil {
			return nil, err
		}
		at, err := name.ParseReference(b.wire.host+"/bench/merged:"+arch, name.Insecure)
		if err != nil {
			return nil, err
		}
		if err := remote.Write(at, image, remote.WithContext(ctx)); err != nil {
			return nil, err
		}
		all = append(all, at.String())
	}
	return all, nil
}

// merges are the ways to do it under a tag that is not there yet, ours first.
func (b *bench) merges(sources []string) (func(round string) []way, error) {
	crane, regctl := os.Getenv("CRANE"), os.Getenv("REGCTL")
	if crane == "" || regctl == "" {
		return nil, errors.New("CRANE and REGCTL are not set: run `make bench`, which installs them")
	}
	plain := exec.Command(regctl, "registry", "set", "--tls", "disabled", b.wire.host) //nolint:noctx // it writes a file
	plain.Env = b.environ
	if output, err := plain.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, output)
	}
	return func(round string) []way {
		at := func(tool string) string { return b.wire.host + "/bench/merged:" + tool + "-" + round }
		with := func(flag string, before ...string) []string {
			for _, source := range sources {
				if before = append(before, flag, source); flag == "" {
					before = slices.Delete(before, len(before)-2, len(before)-1)
				}
			}
			return before
		}
		byHand := at("docker")
		return []way{
			{"docker multiplat merge", [][]string{with("", b.plugin(), "multiplat", "merge", "--quiet",
				"--allow-untested", "--arch-tags", "none", "-t", at("ours"))}},
			{"docker buildx imagetools create", [][]string{with("",
				filepath.Join(filepath.Dir(b.plugin()), "docker-buildx"), "imagetools", "create", "-t", at("imagetools"))}},
			{"crane index append", [][]string{with("-m", crane, "index", "append", "--insecure", "-t", at("crane"))}},
			{"regctl index create", [][]string{with("--ref", regctl, "index", "create", at("regctl"))}},
			{"docker manifest create, push", [][]string{
				with("", "docker", "manifest", "create", "--insecure", byHand),
				{"docker", "manifest", "push", "--insecure", byHand},
			}},
		}
	}, nil
}
