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

// nextOf is the command to run after a delivery that failed; none after a mistake in the command line, and none where
// all was published.
func nextOf(e *releaseError, line commandLine) string {
	_, attested := errors.AsType[*attestedError](e)
	switch err := e.err; {
	case e.unnoted:
		return ""
	case attested:
		return line.with("--drop-attestations").String() + "   (or --media-type oci)"
	case errors.Is(err, manifest.ErrShrink):
		next := line.with("--allow-shrink").String()
		if line.knows("amend") {
			next += "   (or --amend, which keeps the others)"
		}
		return next
	case errors.Is(err, manifest.ErrMoved):
		return line.with("--allow-moved").String() + "   (to overwrite what the others wrote)"
	case errors.Is(err, manifest.ErrOverwrite):
		return line.without("no-overwrite").String() + "   (to overwrite it)"
	case errors.Is(err, gate.ErrShut):
		return line.with("--allow-untested=PLATFORM").String() + "   (or test it first)"
	case errors.Is(err, errAudit):
		return line.with("--allow-foreign GLOB").String() +
			"   (if they are there on purpose; else build those images anew)"
	case codeOf(err) == exitInput:
		return ""
	case errors.Is(err, registry.ErrRefused):
		return afterRefusal(e, line)
	}
	return line.String()
}

// afterRefusal says what helps against a registry's no: by what it refused, and how.
func afterRefusal(e *releaseError, line commandLine) string {
	host := refusedBy(e)
	refused, ok := errors.AsType[*registry.Error](e)
	if !ok {
		refused = &registry.Error{}
	}
	again := line.String()
	switch {
	case errors.Is(e, registry.ErrUntrusted):
		return again + "   (once its authority is in /etc/docker/certs.d/" + host + "/ca.crt)"
	case errors.Is(e, registry.ErrPlain):
		return line.with("--insecure-registry "+host).String() + "   (if plain HTTP is meant)"
	case errors.Is(e, registry.ErrCredentials):
		return again + "   (once the credential helper works)"
	case refused.Status == http.StatusUnauthorized:
		return "docker login " + host
	case refused.Tag != "":
		return afterTag(e, refused.Tag, line)
	case refused.Status == http.StatusRequestEntityTooLarge:
		return again + "   (once " + host + " takes as much)"
	case refused.OfMediaType():
		return afterMediaType(refused.MediaType, host, line)
	case refused.Status == http.StatusNotFound:
		return again + "   (once " + host + " has the repository)"
	case refused.Status == http.StatusForbidden, refused.Status == http.StatusBadRequest: // the answer to a wrong password
		return "docker login " + host
	}
	return again + "   (once " + host + " lets it)"
}

// refusedBy is the registry that said no, which may be that of a source.
func refusedBy(e *releaseError) string {
	refused, ok := errors.AsType[*registry.Error](e)
	if !ok || refused.Host == "" {
		return reference.Domain(e.target.name)
	}
	if refused.Host == "index.docker.io" {
		return "docker.io"
	}
	return refused.Host
}

// afterTag says what to do about a tag that may not be written: everything but the tag is there.
func afterTag(e *releaseError, tag string, line commandLine) string {
	if slices.Contains(e.archTags, tag) {
		return line.without("arch-tags").with("--arch-tags none").String() + "   (if the tag is immutable)"
	}
	image := reference.FamiliarName(e.target.name) + "@" + e.index.String()
	return line.only(ourCommand("promote"), []string{image, "OTHER-TAG"}, transportFlags()...).String() +
		"   (if the tag is immutable)"
}

// afterMediaType names the flag that makes what the registry may take.
func afterMediaType(mediaType, host string, line commandLine) string {
	other := map[string]string{
		"application/vnd.oci.image.index.v1+json":                   "docker",
		"application/vnd.docker.distribution.manifest.list.v2+json": "oci",
	}[mediaType]
	if other == "" || !line.knows("media-type") {
		return line.String() + "   (once " + host + " takes " + mediaType + ")"
	}
	return line.without("media-type").with("--media-type " + other).String()
}

// transportFlags are the flags that any command to the same registries needs.
func transportFlags() []string { return []string{"insecure-registry", "retry-timeout"} }

// afterMove is the command that gives a tag what it held before, tested or not. The tag may lose what it has gained.
func afterMove(line commandLine, t releaseTarget, change manifest.TagChange) commandLine {
	image := reference.FamiliarName(t.name) + "@" + change.Old.String()
	undo := line.only(ourCommand("promote"), []string{image, change.Tag}, transportFlags()...)
	if len(change.Gained) > 0 {
		undo = undo.with("--allow-shrink")
	}
	return undo.with("--allow-untested")
}
