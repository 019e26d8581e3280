package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"

	"github.com/docker-multiplat/docker-multiplat/internal/localfile"
	"github.com/docker-multiplat/docker-multiplat/manifest/debt"
)

const (
	// debtDir holds what images have failed, a file for each that has.
	debtDir = "debts"
	// maxDebts is the largest such file that is read; one debt has some hundred bytes.
	maxDebts = 64 << 20
)

// Debts keeps what images have failed and not made good, by the digest of their configs: it is of the bytes of an app,
// whatever drafts hold it, and whatever is published.
type Debts struct {
	root  string
	waits waits
	// looking is true where nothing may be changed.
	looking bool
	// drafts is the store, where it is open.
	drafts *Store
}

// Debts returns the debts of this store.
func (s *Store) Debts() *Debts {
	return &Debts{root: s.root, waits: s.waits, looking: s.looking, drafts: s}
}

// DebtsIn returns the debts of the store in a folder, which is not opened for it: what is wrong with its drafts does
// not matter. Where there is no store nothing is owed.
func DebtsIn(root string, options ...Option) *Debts {
	return &Debts{root: root, waits: waitsOf(options)}
}

// Holders are the names of the drafts that know an image: what it has failed is forgotten with the last of them.
func (d *Debts) Holders(ctx context.Context, config digest.Digest) ([]string, error) {
	if d.drafts == nil {
		return nil, nil
	}
	return d.drafts.holders(ctx, config)
}

// debtFile is one file of the folder.
type debtFile struct {
	Image digest.Digest `json:"image"`
	debt.Book
}

// Any tells whether any image has ever owed anything, also where that cannot be read.
func (d *Debts) Any() bool {
	_, err := os.Lstat(filepath.Join(d.root, debtDir))
	if !errors.Is(err, fs.ErrNotExist) {
		return true
	}
	ended, err := d.ended("")
	return len(ended) > 0 || err != nil
}

// checkFolder refuses what stands in the place of the folder and is none, or leads to none.
func (d *Debts) checkFolder() error {
	folder := filepath.Join(d.root, debtDir)
	if _, err := os.Lstat(folder); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if info, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return fmt.Errorf("%w: %s is no folder; in it is what images have failed: bring it back, or remove what is there",
			ErrFolder, folder)
	}
	return nil
}

// Of is what an image owes. Where that cannot be read it owes something that nothing makes up for: a damaged file opens
// no gate.
func (d *Debts) Of(ctx context.Context, config digest.Digest) (debt.Book, error) {
	if err := ctx.Err(); err != nil {
		return debt.Book{}, err
	}
	book, err := d.written(config)
	if err != nil {
		return book, err
	}
	ended, err := d.ended(config)
	if err != nil {
		book.Debts = append(book.Debts, unread(filepath.Join(d.root, begunDir), err))
	}
	for _, path := range ended {
		book.Debts = append(book.Debts, readEnded(path, config))
	}
	return book, nil
}

// unread is what stands for what cannot be read.
func unread(path string, err error) debt.Debt {
	return debt.Debt{
		ID: string(debt.Unread), Cause: debt.Unread,
		Reason: fmt.Sprintf("what it has failed before cannot be read in %q: %s", path, err),
	}
}

// written is what stands in the file of an image.
func (d *Debts) written(config digest.Digest) (debt.Book, error) {
	path, err := d.path(config)
	if err != nil {
		return debt.Book{}, err
	}
	var text []byte
	if err = d.checkFolder(); err == nil {
		text, err = localfile.Read(path, maxDebts)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return debt.Book{}, nil
	}
	var file debtFile
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err == nil && file.Image != config {
		err = fmt.Errorf("%q is of %q", path, file.Image)
	}
	if err == nil && len(file.Debts) == 0 {
		err = fmt.Errorf("%q says nothing", path)
	}
	if err != nil {
		return debt.Book{Debts: []debt.Debt{unread(path, err)}}, nil
	}
	return file.Book, nil
}

// Change calls change with what an image owes, and keeps what it made of it. No other change to the store happens in
// between, so change has to be quick.
func (d *Debts) Change(ctx context.Context, config digest.Digest, change func(*debt.Book)) error {
	if d.looking {
		return fmt.Errorf("changing %q: %w: it was opened to be read", d.root, ErrFolder)
	}
	err := lockedIn(ctx, d.root, d.waits, func() error { return d.change(ctx, config, change) })
	if err != nil {
		return fmt.Errorf("keeping what image %s has failed: %w", config, err)
	}
	return nil
}

// change is Change under the lock.
func (d *Debts) change(ctx context.Context, config digest.Digest, change func(*debt.Book)) error {
	path, err := d.path(config)
	if err == nil {
		err = d.checkFolder()
	}
	if err != nil {
		return err
	}
	book, err := d.Of(ctx, config)
	if err != nil {
		return err
	}
	ended, err := d.ended(config)
	if err != nil {
		return err
	}
	there := len(book.Debts) > 0
	change(&book)
	if len(book.Debts) == 0 {
		if !there {
			return nil
		}
		return errors.Join(removeDurably(path), d.forgetEnded(ended))
	}
	body, err := json.MarshalIndent(debtFile{config, book}, "", "  ")
	if err != nil {
		return err
	}
	folder := filepath.Dir(path)
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		if err := errors.Join(os.Mkdir(folder, 0o700), syncFolder(d.root)); err != nil {
			return err
		}
	}
	if err := replaceFile(path, body); err != nil {
		return err
	}
	return d.forgetEnded(ended) // which stands in the file now
}

// removeDurably removes a file, also when power fails.
func removeDurably(path string) error {
	if err := os.Remove(path); err != nil {
		return absent(err)
	}
	return syncFolder(filepath.Dir(path))
}

// path is the file of an image.
func (d *Debts) path(config digest.Digest) (string, error) {
	if err := config.Validate(); err != nil {
		return "", fmt.Errorf("looking for what image %q has failed: %w", config, err)
	}
	return filepath.Join(d.root, debtDir, config.Algorithm().String()+"-"+config.Encoded()+".json"), nil
}
