package plugin

import (
	"errors"
	"net/http"
	"slices"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
)

// next is the command to run after a failure; none after a mistake in the command line.
func (d *delivery) next(t target, err error) string {
	switch {
	case errors.Is(err, manifest.ErrShrink):
		next := d.line.with("--allow-shrink").String()
		if d.line.knows("amend") {
			next += "   (or --amend, which keeps the others)"
		}
		return next
	case errors.Is(err, manifest.ErrMoved):
		return d.line.with("--allow-moved").String() + "   (to overwrite what the others wrote)"
	case errors.Is(err, manifest.ErrOverwrite):
		return d.line.without("no-overwrite").String() + "   (to overwrite it)"
	case errors.Is(err, gate.ErrShut):
		return d.line.with("--allow-untested=PLATFORM").String() + "   (or test it first)"
	case errors.Is(err, errAudit):
		return d.line.with("--allow-foreign GLOB").
			String() +
			"   (if they are there on purpose; else build those images anew)"
	case ExitCode(err) == exitInput:
		return ""
	case errors.Is(err, registry.ErrRefused):
		return d.afterRefusal(t, err)
	}
	return d.line.String()
}

// afterRefusal says what helps against a registry's no: by what it refused, and how.
func (d *delivery) afterRefusal(t target, err error) string {
	host := refusedBy(t, err)
	var refused *registry.Error
	if !errors.As(err, &refused) {
		refused = &registry.Error{}
	}
	again := d.line.String()
	switch {
	case errors.Is(err, registry.ErrUntrusted):
		return again + "   (once its authority is in /etc/docker/certs.d/" + host + "/ca.crt)"
	case errors.Is(err, registry.ErrPlain):
		return d.line.with("--insecure-registry "+host).String() + "   (if plain HTTP is meant)"
	case errors.Is(err, registry.ErrCredentials):
		return again + "   (once the credential helper works)"
	case refused.Status == http.StatusUnauthorized:
		return "docker login " + host
	case refused.Tag != "":
		return d.afterTag(t, refused.Tag)
	case refused.Status == http.StatusRequestEntityTooLarge:
		return again + "   (once " + host + " takes as much)"
	case refused.OfMediaType():
		return d.afterMediaType(refused.MediaType, host)
	case refused.Status == http.StatusNotFound:
		return again + "   (once " + host + " has the repository)"
	case refused.Status == http.StatusForbidden, refused.Status == http.StatusBadRequest: // the answer to a wrong password
		return "docker login " + host
	}
	return again + "   (once " + host + " lets it)"
}

// afterTag says what to do about a tag that may not be written: everything but the tag is there.
func (d *delivery) afterTag(t target, tag string) string {
	named := func(arch manifest.NamedManifest) bool { return arch.Tag == tag }
	if slices.ContainsFunc(t.plan.ArchTags, named) {
		return d.line.without("arch-tags").with("--arch-tags none").String() + "   (if the tag is immutable)"
	}
	image := reference.FamiliarName(t.name) + "@" + t.plan.Index.Digest.String()
	return d.line.only("docker "+name+" promote", []string{image, "OTHER-TAG"}, transportFlags()...).String() +
		"   (if the tag is immutable)"
}

// afterMediaType names the flag that makes what the registry may take.
func (d *delivery) afterMediaType(mediaType, host string) string {
	other := map[string]string{
		"application/vnd.oci.image.index.v1+json":                   mediaTypeDocker,
		"application/vnd.docker.distribution.manifest.list.v2+json": mediaTypeOCI,
	}[mediaType]
	if other == "" || !d.line.knows("media-type") {
		return d.line.String() + "   (once " + host + " takes " + mediaType + ")"
	}
	return d.line.without("media-type").with("--media-type " + other).String()
}

// transportFlags are the flags that any command to the same registries needs.
func transportFlags() []string { return []string{"insecure-registry", "retry-timeout"} }
