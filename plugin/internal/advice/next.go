package advice

import (
	"crypto/x509"
	"errors"
	"net/http"
	"slices"

	"github.com/distribution/reference"

	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/publish"
	"github.com/docker-multiplat/docker-multiplat/manifest/registry"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/failure"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/release"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/staged"
)

// Next is the command to run after a delivery that failed; none after a mistake in the command line, and none where
// all was published.
func Next(e *release.Error, line Line) string {
	_, misplaced := errors.AsType[*release.MisplacedError](e)
	_, attested := errors.AsType[*release.AttestedError](e)
	lost, _ := errors.AsType[*release.UnattestedError](e)
	switch err := e.Err; {
	case e.Unnoted:
		return ""
	case lost != nil:
		return afterLost(e, lost, line)
	case attested:
		return line.with("--drop-attestations").String() + "   (or --media-type oci)"
	case errors.Is(err, publish.ErrShrink):
		return afterShrink(e, line)
	case errors.Is(err, publish.ErrStripped):
		return afterStripped(e, line)
	case errors.Is(err, publish.ErrReplaced) && line.knows("amend"):
		return line.with("--amend").String() + "   (which keeps what the others wrote)"
	case errors.Is(err, publish.ErrReplaced):
		return line.String() + "   (to write it once more, over what the others wrote)"
	case errors.Is(err, publish.ErrMoved):
		return line.with("--allow-moved").String() + "   (to overwrite what the others wrote)"
	case errors.Is(err, publish.ErrOverwrite):
		return line.without("no-overwrite").String() + "   (to overwrite it)"
	case errors.Is(err, gate.ErrShut):
		return afterGate(err, line)
	case errors.Is(err, failure.ErrAudit), misplaced:
		return "" // its note says what helps
	case errors.Is(err, registry.ErrRefused):
		return afterRefusal(e, line)
	}
	switch failure.ExitCode(e.Err) {
	case failure.ExitInput, failure.ExitTests, failure.ExitRefused, failure.ExitIntegrity:
		return "" // the same command would end in the same way
	}
	return line.String()
}

// afterStripped looks at what is left: the same once more would lose the same again, and an amendment even more.
func afterStripped(e *release.Error, line Line) string {
	image := reference.FamiliarName(e.Target.Name)
	if len(e.Target.Tags) > 0 {
		image += ":" + e.Target.Tags[0]
	}
	return line.Only(Command("verify"), []string{image}, TransportFlags()...).String() +
		"   (which lists what is left; publish past what leaves parts out)"
}

// afterRefusal says what helps against a registry's no: by what it refused, and how.
func afterRefusal(e *release.Error, line Line) string {
	host, elsewhere := refusedBy(e, line)
	refused, ok := errors.AsType[*registry.Error](e)
	if !ok {
		refused = &registry.Error{}
	}
	again := line.String()
	switch {
	case elsewhere:
		return again + "   (once " + host + " does without its other host)"
	case errors.Is(e, registry.ErrUntrusted):
		return again + "   (once " + trusting(e, host) + ")"
	case errors.Is(e, registry.ErrPlain):
		return line.with("--insecure-registry "+quote(host)).String() + "   (if plain HTTP is meant)"
	case errors.Is(e, registry.ErrCredentials):
		return again + "   (once the credential helper works)"
	case refused.Status == http.StatusUnauthorized:
		return "docker login " + quote(host)
	case refused.Tag != "":
		return afterTag(e, refused.Tag, line)
	case refused.Status == http.StatusRequestEntityTooLarge:
		return again + "   (once " + host + " takes as much)"
	case refused.OfMediaType():
		return afterMediaType(refused.MediaType, host, line)
	case refused.Status == http.StatusNotFound:
		return again + "   (once " + host + " has the repository)"
	case refused.Status == http.StatusForbidden, refused.Status == http.StatusBadRequest: // the answer to a wrong password
		return "docker login " + quote(host)
	}
	return again + "   (once " + host + " lets it)"
}

// trusting says what has to be so before a host is believed: its certificate may be of nobody who is known, not valid
// at the time that this machine has, or for another name.
func trusting(e error, host string) string {
	invalid, _ := errors.AsType[x509.CertificateInvalidError](e)
	_, misnamed := errors.AsType[x509.HostnameError](e)
	switch {
	case invalid.Cert != nil && invalid.Reason == x509.Expired:
		return "the clock of this machine is right, and the certificate of " + host + " valid"
	case misnamed:
		return host + " has a certificate for its name"
	}
	return "its authority is in /etc/docker/certs.d/" + host + "/ca.crt"
}

// afterLost merges an image without the attestations that cannot be fetched; nothing else puts it anywhere.
func afterLost(e *release.Error, lost *release.UnattestedError, line Line) string {
	if line.knows("drop-attestations") {
		return line.with("--drop-attestations").String()
	}
	if !line.knows("referrers") || len(e.Target.Tags) == 0 { // only promote has what makes a merge
		return ""
	}
	merge := line.Only(Command("merge"), []string{lost.Source}, append(TransportFlags(), "allow-untested", "reason")...)
	for _, tag := range e.Target.Tags {
		merge = merge.with("-t " + quote(reference.FamiliarName(e.Target.Name)+":"+tag))
	}
	return merge.with("--drop-attestations").String()
}

// refusedBy is the registry that said no, which may be that of a source. Where it was a host that no command line
// named, to which a registry has sent us, it is the registry of the target, and elsewhere is true: no host of others is
// suggested to be trusted, nor to be given a password.
func refusedBy(e *release.Error, line Line) (host string, elsewhere bool) {
	target := reference.Domain(e.Target.Name)
	refused, ok := errors.AsType[*registry.Error](e)
	if !ok || refused.Host == "" {
		return target, false
	}
	host = refused.Host
	if host == "index.docker.io" {
		host = "docker.io"
	}
	named := line.Args
	if at, ok := errors.AsType[*staged.PlaceError](e); ok { // which the build was given
		named = append(slices.Clone(named), at.Repository)
	}
	if host == target || slices.ContainsFunc(named, func(arg string) bool { return registryOf(arg) == host }) {
		return host, false
	}
	return target, true
}

// registryOf is the registry of an argument that names an image; empty for another.
func registryOf(arg string) string {
	named, err := reference.ParseNormalizedNamed(arg)
	if err != nil {
		return ""
	}
	return reference.Domain(named)
}

// afterTag says what to do about a tag that may not be written: everything but the tag is there.
func afterTag(e *release.Error, tag string, line Line) string {
	if slices.Contains(e.ArchTags, tag) {
		return line.without("arch-tags").with("--arch-tags none").String() + "   (if the tag is immutable)"
	}
	image := reference.FamiliarName(e.Target.Name) + "@" + e.Index.String()
	return line.Only(Command("promote"), []string{image, "OTHER-TAG"}, TransportFlags()...).String() +
		"   (if the tag is immutable)"
}

// afterMediaType names the flag that makes what the registry may take.
func afterMediaType(mediaType, host string, line Line) string {
	other := map[string]string{
		"application/vnd.oci.image.index.v1+json":                   "docker",
		"application/vnd.docker.distribution.manifest.list.v2+json": "oci",
	}[mediaType]
	if other == "" || !line.knows("media-type") {
		return line.String() + "   (once " + host + " takes " + mediaType + ")"
	}
	return line.without("media-type").with("--media-type " + other).String()
}

// TransportFlags are the flags that any command to the same registries needs.
func TransportFlags() []string { return []string{"insecure-registry", "retry-timeout"} }

// Undo is the command that gives a tag what it held before. The tag may lose what it has gained; where no record of a
// test can be, it is let through untested.
func Undo(line Line, t release.Target, change publish.TagChange) string {
	image := reference.FamiliarName(t.Name) + "@" + change.Old.String()
	undo := line.Only(Command("promote"), []string{image, change.Tag}, TransportFlags()...)
	if len(change.Gained) > 0 {
		undo = undo.with("--allow-shrink")
	}
	if change.Attested {
		return undo.String() + "   (if it was let through untested: --allow-untested)"
	}
	return undo.with("--allow-untested").String()
}
