package release

import (
	"context"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/docker-multiplat/docker-multiplat/manifest"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
	"github.com/docker-multiplat/docker-multiplat/manifest/draft"
	"github.com/docker-multiplat/docker-multiplat/manifest/gate"
	"github.com/docker-multiplat/docker-multiplat/manifest/record"
	"github.com/docker-multiplat/docker-multiplat/manifest/store"
	"github.com/docker-multiplat/docker-multiplat/plugin/internal/drafts"
)

// owing is what one image has failed and not made good, on its way to a tag.
type owing struct {
	debts   Debts
	config  digest.Digest
	book    debt.Book
	holders []string
}

// owed finds out what an image has failed. Where nothing has failed anything its config is not asked for.
func owed(ctx context.Context, debts Debts, read record.Reader, image ocispec.Descriptor) (o owing, err error) {
	o.debts = debts
	if debts == nil || !debts.Any() {
		return o, nil
	}
	if o.config, err = configOf(ctx, read, image); err != nil {
		return o, err
	}
	if o.config == "" { // it is an index within an index, or none of ours
		return o, nil
	}
	if o.book, err = debts.Of(ctx, o.config); err != nil || len(o.book.Standing()) == 0 {
		return o, err
	}
	o.holders, err = debts.Holders(ctx, o.config)
	return o, err
}

// stillPass looks once more, right before a tag is written, whether images of a store have failed since the gate let
// them through. Errors are *gate.Error.
func stillPass(ctx context.Context, s *store.Store, from string, images []manifest.Image) error {
	var shut gate.Error
	for _, image := range images {
		book, err := drafts.BookOf(ctx, s, image)
		if err != nil {
			return err
		}
		c := gate.Candidate{Image: image, From: from, Book: book, Note: &draft.Note{}}
		if len(book.Failing()) > 0 {
			shut.Refused = append(shut.Refused, gate.Refusal{Candidate: c, Decision: gate.Policy{}.Decide(c)})
		}
	}
	if len(shut.Refused) > 0 {
		return &shut
	}
	return nil
}

// waived is the waiver that lets the image through under a name.
func (o *owing) waived(reason, name string) debt.Waiver {
	w := debt.Waiver{Reason: reason, Name: name, At: time.Now().UTC().Truncate(time.Second)}
	o.book.Waive(w)
	return w
}

// keep writes a waiver down: of what the gate has seen, and of nothing that has failed since.
func (o *owing) keep(ctx context.Context, w debt.Waiver) error {
	if len(o.book.Debts) == 0 {
		return nil
	}
	return o.debts.Change(ctx, o.config, func(b *debt.Book) { b.WaiveThese(o.book.IDs(), w) })
}
