package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"baraza.example/app/workspace"
	"baraza.example/sync/bundle"
	"baraza.example/sync/central"
	"baraza.example/sync/exchange"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

func runBundle(ctx context.Context, args []string, io streams) error {
	word := ""
	if len(args) > 0 {
		word, args = args[0], args[1:]
	}
	switch word {
	case "write":
		return bundleWrite(ctx, args, io)
	case "show":
		return bundleShow(args, io)
	case "take":
		return bundleTake(ctx, args, io)
	case "mail-out":
		return bundleMailOut(ctx, args, io)
	case "mail-in":
		return bundleMailIn(ctx, args, io)
	}
	return fmt.Errorf("say write, show, take, mail-out or mail-in: %w", errUsage)
}

// bundleFlags are what the commands take that join a folder of a device, hub
// or centre with a bundle.
type bundleFlags struct {
	deviceFlags
	asHub *bool
	yes   *bool
	by    central.Carrier // at a centre: what brought the bundle
	quota *hub.Quota
}

func newBundleFlags(command string, io streams) bundleFlags {
	f := bundleFlags{deviceFlags: newDeviceFlags(command, io), by: central.CarrierStick}
	f.Lookup("dir").Usage = "folder of a device, a hub or a centre"
	f.asHub = f.Bool("hub", false, "as a hub: carry for others, too")
	f.yes = f.Bool("yes", false, "don't ask before taking")
	f.quota = &hub.Quota{}
	f.Var((*byteSize)(&f.quota.Device), "quota-device", "as a hub: bytes to hold for one device, as 500MB; without it 576 MiB")
	f.Var((*byteSize)(&f.quota.Total), "quota", "as a hub: bytes to hold for all, as 8GB; without it 8 GiB")
	return f
}

// one returns the only word, which names a bundle.
func (f bundleFlags) one(args []string) (string, error) {
	words, err := f.parse(args)
	if err == nil && len(words) != 1 {
		err = fmt.Errorf("name the bundle: a folder, or a file *%s: %w", bundle.Extension, errUsage)
	}
	if err != nil {
		return "", err
	}
	return words[0], nil
}

// A party is who opens a bundle: the folder of --dir.
type party struct {
	open  func(path string, partSize int64) (*bundle.Bundle, error)
	write func(b *bundle.Bundle) (exchange.Report, error) // nil: a centre has nothing of its own to send
	take  func(b *bundle.Bundle) (exchange.Report, error) // nil: a device takes by writing
	close func() error

	centre identity.ID // whose this is; zero: nobody's
}

func (f bundleFlags) party(ctx context.Context) (p party, err error) {
	if _, err := os.Stat(filepath.Join(*f.dir, centreDB)); *f.dir != "" && err == nil {
		return centreParty(ctx, *f.dir, f.by)
	}
	w, _, err := f.deviceFlags.open(ctx)
	if err != nil {
		return p, err
	}
	var h *hub.Hub
	if *f.asHub {
		if h, err = w.Hub("", *f.quota); err != nil {
			return p, errors.Join(err, w.Close())
		}
		p.take = func(b *bundle.Bundle) (exchange.Report, error) { return w.TakeBundle(ctx, b, h) }
	}
	p.open = func(path string, partSize int64) (*bundle.Bundle, error) { return w.OpenBundle(ctx, path, partSize, h) }
	p.write = func(b *bundle.Bundle) (exchange.Report, error) { return writeOnce(ctx, w, b, h) }
	p.close = w.Close
	return p, nil
}

func writeOnce(ctx context.Context, w *workspace.Workspace, b *bundle.Bundle, h *hub.Hub) (exchange.Report, error) {
	if _, joined, err := w.Invite(ctx); err != nil || !joined {
		return exchange.Report{}, errors.Join(err, errors.New("this device has not joined a consultation yet: “barazad join” first"))
	}
	return w.WriteBundle(ctx, b, h)
}

func centreParty(ctx context.Context, dir string, by central.Carrier) (p party, err error) {
	store, keys, err := openCentre(ctx, dir)
	if err != nil {
		return p, err
	}
	server, err := central.New(ctx, central.Options{Store: store, Centre: keys.Centre, LogKey: keys.LogKey})
	if err != nil {
		return p, errors.Join(err, store.Close())
	}
	p.open = func(path string, partSize int64) (*bundle.Bundle, error) {
		return bundle.Open(path, bundle.Options{Writer: server.Peer(), PartSize: partSize, Centre: keys.Centre.Root()})
	}
	serve := func(ctx context.Context, c exchange.Conn) (exchange.Report, error) {
		return server.ServeBundle(ctx, c, by)
	}
	p.take = func(b *bundle.Bundle) (exchange.Report, error) { return b.Bring(ctx, serve) }
	p.centre, p.close = server.Peer().ID, store.Close
	return p, nil
}

// minPart is for a leaf and what is around it.
const minPart = 10_000

func bundleWrite(ctx context.Context, args []string, io streams) error {
	f := newBundleFlags("bundle write", io)
	var size byteSize
	f.Var(&size, "part-size", "a part ends before it gets longer: 700MB, 4GB; without it 2 GiB")
	path, err := f.one(args)
	if err != nil {
		return err
	}
	if size > 0 && size < minPart {
		return fmt.Errorf("--part-size %d: a part of less than %s holds no piece of an attachment: %w", size, sized(minPart), errUsage)
	}
	p, err := f.party(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	if p.write == nil {
		return errors.New("a centre answers in the bundles that it takes: “barazad bundle take”")
	}
	b, err := p.open(path, int64(size))
	if err != nil {
		return err
	}
	report, err := p.write(b)
	return f.finish(b, report, err)
}

// finish closes b and says what was done.
func (f bundleFlags) finish(b *bundle.Bundle, report exchange.Report, err error) error {
	if err = errors.Join(err, b.Close()); err != nil {
		return err
	}
	written := b.Written()
	fmt.Fprintf(f.io.out, "%s and %s brought over, %s", counted(report.Sent, "records"), counted(report.Leaves, "pieces"), counted(report.Receipts, "receipts"))
	if len(written) > 0 {
		fmt.Fprintf(f.io.out, "; written: %s\n", strings.Join(written, ", "))
	} else {
		fmt.Fprintln(f.io.out, "; nothing new to write")
	}
	for _, r := range report.Refused {
		fmt.Fprintf(f.io.err, "%s: %s was refused: %s\n", f.Name(), r.Record.Code(), r.Code)
	}
	return nil
}

func bundleTake(ctx context.Context, args []string, io streams) error {
	f := newBundleFlags("bundle take", io)
	mailed := f.Bool("mail", false, "at a centre: it came by mail, not on a stick (“mail-in” knows that by itself)")
	path, err := f.one(args)
	if err != nil {
		return err
	}
	if *mailed {
		f.by = central.CarrierMail
	}
	return f.takeFrom(ctx, path, 0)
}

// takeFrom shows what is in a bundle, asks, and takes it.
func (f bundleFlags) takeFrom(ctx context.Context, path string, partSize int64) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("read the bundle: %w", err)
	}
	p, err := f.party(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	b, err := p.open(path, partSize)
	if err != nil {
		return err
	}
	describeBundle(f.io.out, b)
	if !*f.yes && !agreed(f.io) {
		fmt.Fprintln(f.io.out, "Nothing was taken.")
		return b.Close()
	}
	var report exchange.Report
	if p.take != nil {
		report, err = p.take(b)
	}
	if p.write != nil && err == nil {
		var own exchange.Report
		own, err = p.write(b)
		report.Receipts += own.Receipts
		report.Refused = append(report.Refused, own.Refused...)
		if p.take == nil {
			report.Sent, report.Leaves = own.Sent, own.Leaves
		}
	}
	return f.finish(b, report, err)
}

func agreed(io streams) bool {
	fmt.Fprint(io.out, "Take it? [y/N] ")
	line, _ := bufio.NewReader(io.in).ReadString('\n')
	fmt.Fprintln(io.out)
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true
	}
	return false
}
