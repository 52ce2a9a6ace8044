package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"baraza.example/sync/bundle"
	"baraza.example/sync/central"
)

const (
	defaultMail = 2_000_000 // bytes that most servers take
	minMail     = 20_000    // for a leaf and what is around it
)

// A byteSize is a flag for a number of bytes: 1500000, 700KB, 2MB, 4GB.
type byteSize int64

func (b *byteSize) String() string { return strconv.FormatInt(int64(*b), 10) }

func (b *byteSize) Set(text string) error {
	number, unit := strings.ToUpper(strings.TrimSpace(text)), int64(1)
	for suffix, of := range map[string]int64{"KB": 1e3, "MB": 1e6, "GB": 1e9} {
		if cut, found := strings.CutSuffix(number, suffix); found {
			number, unit = strings.TrimSpace(cut), of
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n > 1<<40 {
		return errors.New("a size is a number of bytes, or as 700KB, 2MB, 4GB")
	}
	*b = byteSize(n * unit)
	return nil
}

func bundleMailOut(ctx context.Context, args []string, io streams) error {
	f := newBundleFlags("bundle mail-out", io)
	size := byteSize(defaultMail)
	f.Var(&size, "size", "largest mail, in bytes, or as 2MB")
	to := f.String("to", "", "address that the mails go to")
	from := f.String("from", "", "address of the sender; without it the mail program's")
	out := f.String("out", "", "folder for the mails; without it, that of the bundle")
	again := f.Bool("again", false, "all parts in the folder, not only new ones")
	folder, err := f.one(args)
	if err != nil {
		return err
	}
	if *to == "" {
		return fmt.Errorf("--to ADDRESS is missing: %w", errUsage)
	}
	if *out == "" {
		*out = folder
	}
	if size < minMail {
		return fmt.Errorf("--size %d: a mail of less than %s holds no piece of an attachment: %w", size, sized(minMail), errUsage)
	}
	b, takes, err := f.writeForMail(ctx, folder, int64(size))
	if err != nil {
		return err
	}
	defer b.Close()
	if err := os.MkdirAll(*out, 0o700); err != nil {
		return err
	}
	drafts, err := os.OpenRoot(*out)
	if err != nil {
		return err
	}
	defer drafts.Close()
	letter := bundle.Letter{From: *from, To: *to, Size: int64(size), Subject: "Baraza", Text: mailText, Date: time.Now(), Takes: takes}
	made, left, err := b.SaveMails(drafts, letter, *again)
	for _, p := range left {
		fmt.Fprintf(io.err, "%s: %q is left out: %v\n", f.Name(), p.File, p.Damage)
	}
	for _, name := range made {
		fmt.Fprintln(io.out, filepath.Join(*out, name))
	}
	if err == nil && len(made) == 0 {
		fmt.Fprintln(io.out, "nothing new to send")
	}
	return err
}

const mailText = `The attachment belongs to a consultation with Baraza. It is sealed: only the
secretariat can read it. Keep the mail as it is; the program finds the attachment
in the mailbox by itself (barazad bundle mail-in).
`

// writeForMail writes what waits into the folder, if there is a --dir, and
// opens it again to be read. takes are the parts to be mailed: a centre's own, for what it
// answers is needed and not what came; a device's and others' on the way to the centre,
// which needs no answers of its own; and all of a hub's, which carries both ways.
func (f bundleFlags) writeForMail(ctx context.Context, folder string, size int64) (b *bundle.Bundle, takes func(bundle.Head) bool, err error) {
	if *f.dir != "" {
		p, err := f.party(ctx)
		if err != nil {
			return nil, nil, err
		}
		defer p.close()
		switch {
		case p.write == nil:
			takes = func(h bundle.Head) bool { return h.Writer == p.centre }
		case !*f.asHub:
			takes = bundle.Upwards
		}
		if p.write != nil {
			b, err := p.open(folder, bundle.PartForMail(size))
			if err != nil {
				return nil, nil, err
			}
			report, err := p.write(b)
			if err := f.finish(b, report, err); err != nil {
				return nil, nil, err
			}
		}
	}
	b, err = bundle.Open(folder, bundle.Options{})
	return b, takes, err
}

func bundleMailIn(ctx context.Context, args []string, io streams) error {
	f := newBundleFlags("bundle mail-in", io)
	f.by = central.CarrierMail
	size := byteSize(defaultMail)
	f.Var(&size, "size", "largest mail that answers go in")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(words) < 2 {
		return fmt.Errorf("name a folder for the bundles, then a Maildir, a mbox file or mails: %w", errUsage)
	}
	folder := words[0]
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	room := bundle.Mailroom{Folder: root}
	for _, from := range words[1:] {
		if err := room.Read(from); err != nil {
			return err
		}
	}
	fmt.Fprintf(io.out, "%s read: %s, %d known\n", counted(room.Mails, "mails"), counted(room.New, "new parts")+" of bundles", room.Known)
	for i, fault := range room.Faults {
		if i == 20 {
			fmt.Fprintf(io.err, "%s: and %d more\n", f.Name(), len(room.Faults)-i)
			break
		}
		fmt.Fprintf(io.err, "%s: %q is left alone: %v\n", f.Name(), fault.Mail, fault.Err)
	}
	if *f.dir == "" {
		return nil
	}
	return f.takeFrom(ctx, folder, bundle.PartForMail(int64(size)))
}
