package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/storage"
	"baraza.example/sync/identity"
)

// runDevices is for the devices of one organisation.
func runDevices(ctx context.Context, args []string, io streams) error {
	words := map[string]func(ctx context.Context, args []string, io streams) error{
		"card": deviceCard, "list": deviceList, "request": deviceRequest, "add": deviceAdd, "take": deviceTake, "revoke": deviceRevoke,
	}
	if len(args) == 0 || words[args[0]] == nil {
		return fmt.Errorf("say card, list, request, add, take or revoke: %w", errUsage)
	}
	return words[args[0]](ctx, args[1:], io)
}

// one is the only word of a command that takes one; "" where none is needed.
func (f deviceFlags) one(args []string, what string) (string, error) {
	words, err := f.parse(args)
	switch {
	case err != nil:
		return "", err
	case *f.dir == "":
		return "", fmt.Errorf("--dir is missing: %w", errUsage)
	case what == "" && len(words) > 0:
		return "", fmt.Errorf("%q is too much: %w", words[0], errUsage)
	case what != "" && len(words) != 1:
		return "", fmt.Errorf("give %s: %w", what, errUsage)
	case what == "":
		return "", nil
	}
	return words[0], nil
}

// bare opens the workspace and sets nothing up.
func (f deviceFlags) bare(ctx context.Context) (*workspace.Workspace, error) {
	return unlocked(f.io, f.unlock, func(with storage.Unlocking) (*workspace.Workspace, error) {
		return workspace.Open(ctx, *f.dir, workspace.Options{
			Store: storage.Options{Logger: f.storeLog(), Unlocking: with}, Logger: logger(f.io.err, *f.verbose),
		})
	})
}

// lineText is a line given as such, or the file that it stands in.
func lineText(word, scheme string) ([]byte, error) {
	if strings.HasPrefix(strings.ToLower(word), scheme) {
		return []byte(word), nil
	}
	text, err := os.ReadFile(word)
	if err != nil {
		return nil, fmt.Errorf("read the text: %w", err)
	}
	return text, nil
}

func deviceCard(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("device card", io)
	asJSON := f.Bool("json", false, "print it as JSON")
	out := f.String("out", "", "write the QR code to this file: .svg or .png")
	if _, err := f.one(args, ""); err != nil {
		return err
	}
	w, err := f.bare(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	card, err := w.Card()
	if err != nil {
		return err
	}
	if *out != "" {
		if err := writeCode(*out, card.Line()); err != nil {
			return err
		}
	}
	if *asJSON {
		return printJSON(io.out, map[string]any{"organisation": card.Org, "organisation_id": card.OrgID().String(), "device": card.Device, "id": card.ID().String(), "line": card.Line()})
	}
	_, err = fmt.Fprintf(io.out, "organisation  %s\n              %s\ndevice        %s\n              %s\n\n%s\n", card.Org, card.OrgID(), card.Device, card.ID(), card.Line())
	return err
}

// writeCode writes the QR code of a line.
func writeCode(name, line string) error {
	code, err := workspace.CodeOf(line)
	if err != nil {
		return err
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".svg":
		return os.WriteFile(name, code.SVG(), 0o644)
	case ".png":
		return os.WriteFile(name, code.PNG(), 0o644)
	}
	return fmt.Errorf("%s ends neither in .svg nor in .png: %w", name, errUsage)
}

func deviceList(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("device list", io)
	asJSON := f.Bool("json", false, "print a JSON line for each")
	if _, err := f.one(args, ""); err != nil {
		return err
	}
	w, err := f.bare(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	all, err := w.Devices(ctx)
	if err != nil {
		return err
	}
	for _, d := range all {
		if *asJSON {
			err = printJSON(io.out, map[string]any{"id": d.ID.String(), "name": d.Name, "self": d.Self, "revoked": d.Revoked, "in_force": d.Told})
		} else {
			_, err = fmt.Fprintf(io.out, "%s  %s%s\n", d.ID, d.Name, deviceState(d))
		}
		if err != nil {
			return err
		}
	}
	if barred, err := w.Barred(ctx); err != nil || !barred {
		return err
	}
	fmt.Fprintln(io.err, "device list: this device was revoked by its organisation; nothing more of it is taken")
	return nil
}

func deviceState(d workspace.OrgDevice) string {
	switch {
	case d.Self:
		return "  (this device)"
	case d.Told:
		return "  (lost: refused since the centre received it)"
	case d.Revoked != 0:
		return "  (lost, said " + time.Unix(d.Revoked, 0).UTC().Format(time.DateTime) + "; the centre has not received it yet)"
	}
	return ""
}

func deviceRequest(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("device request", io)
	out := f.String("out", "", "write the line to this file; .svg or .png: as a QR code")
	if _, err := f.one(args, ""); err != nil {
		return err
	}
	w, err := f.bare(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	request, err := w.RequestCard(ctx, *f.name)
	if err != nil {
		return err
	}
	if err := writeText(*out, request.Line()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "%s\nthis device is %s: compare that on the other device before it answers\n", request.Line(), request.ID())
	return err
}

// writeText writes a line to a file, as a QR code where its name says so.
func writeText(name, line string) error {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".svg", ".png":
		return writeCode(name, line)
	}
	if name == "" {
		return nil
	}
	return os.WriteFile(name, []byte(line+"\n"), 0o600)
}

func deviceAdd(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("device add", io)
	out := f.String("out", "", "write the card and the invite to this file; without it they are printed")
	replace := f.Bool("replace", false, "this folder is a backup of the organisation's first device, which was lost: the new one shuts it out")
	word, err := f.one(args, "the request's line, or the name of its file")
	if err != nil {
		return err
	}
	text, err := lineText(word, identity.RequestScheme)
	if err != nil {
		return err
	}
	w, err := f.bare(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	answering := w.AddDevice
	if *replace {
		answering = w.ReplaceDevice
	}
	card, answer, err := answering(ctx, text)
	if err != nil {
		return err
	}
	if *out == "" {
		_, err = io.out.Write(answer)
	} else {
		err = os.WriteFile(*out, answer, 0o600)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.err, "the card is for the device %s, which calls itself %q: if that is not what the other screen says, type: barazad device revoke %s\n", card.ID(), card.Device, card.ID())
	return err
}

func deviceTake(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("device take", io)
	word, err := f.one(args, "the card's line, or the name of its file")
	if err != nil {
		return err
	}
	text, err := lineText(word, identity.CardScheme)
	if err != nil {
		return err
	}
	w, err := f.bare(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.TakeCard(ctx, text); err != nil {
		return err
	}
	card, err := w.Card()
	if err != nil {
		return err
	}
	fmt.Fprintf(io.out, "this device is now one of %s\n", card.Org)
	if v, joined, err := w.Invite(ctx); err != nil {
		return err
	} else if joined {
		fmt.Fprintf(io.out, "joined %s\n", v.Consultation)
	}
	return nil
}

func deviceRevoke(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("device revoke", io)
	word, err := f.one(args, "the ID of the lost device, as device list or its card shows it")
	if err != nil {
		return err
	}
	id, err := identity.ParseID(word)
	if err != nil {
		return err
	}
	w, err := f.bare(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.RevokeDevice(ctx, id); err != nil {
		return err
	}
	_, err = fmt.Fprintln(io.out, "said. It counts from the moment when the centre receives it: sync now. It can't be taken back.")
	return err
}

// sayDevice speaks of the devices of an organisation.
func sayDevice(err error) string {
	switch {
	case errors.Is(err, workspace.ErrNoOrgKey):
		return "this device was added by another one of its organisation, which alone can add and revoke: use that one, or a backup of it. Nothing was changed."
	case errors.Is(err, workspace.ErrSetUp):
		return "this folder belongs to an organisation already; a new device starts with an empty folder. Nothing was changed."
	case errors.Is(err, workspace.ErrNoRequest):
		return "this folder has not asked for a card: type barazad device request first. Nothing was changed."
	case errors.Is(err, workspace.ErrSelf):
		return "a device can't revoke itself: add a new one with --replace from a backup, which shuts this one out. Nothing was changed."
	case errors.Is(err, workspace.ErrRequest):
		return "this is no request of a device, or it was cut or mistyped on the way: copy it again. Nothing was changed."
	case errors.Is(err, workspace.ErrCard):
		return "this is no card for this device, or it was cut or mistyped on the way: copy it again. Nothing was changed."
	case errors.Is(err, identity.ErrCheckDigits):
		return "this ID was mistyped: its check digits don't fit."
	}
	return ""
}
