package main

import (
	"context"
	"fmt"

	"baraza.example/app/workspace"
)

func status(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("status", io)
	asJSON := f.Bool("json", false, "print a JSON line for each item")
	return f.do(ctx, args, 0, noWords, func(w *workspace.Workspace, _ []string) error {
		if w.StoreReport().IndexInMemory {
			fmt.Fprintf(io.err, "%s: the disk is almost full: everything saved is there, but free some space before going on.\n", f.Name())
		}
		items, err := w.Items(ctx)
		if err != nil {
			return err
		}
		for _, i := range items {
			if *asJSON {
				err = printJSON(io.out, map[string]any{"name": i.Name, "kind": i.Kind.String(), "title": i.Title, "state": stateWords(i),
					"code": i.Code, "record": i.Record.String(), "waits_for": i.Waiting()})
			} else {
				_, err = fmt.Fprintf(io.out, "%-11s  %-13s  %s  %s%s\n", i.Code, i.Kind, stateWords(i), i.Title, waitWords(i))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// stateWords is one of the three plain states.
func stateWords(i workspace.Item) string {
	switch i.Delivery.State {
	case workspace.Received:
		return "received"
	case workspace.AtHub:
		return "at the hub " + i.Delivery.Hub
	}
	return "on this device"
}

// waitWords says what an item waits for where that is not plain from its state.
func waitWords(i workspace.Item) string {
	switch waits := i.Waiting(); {
	case waits == "barred":
		return "  (this device was revoked: the centre takes nothing more from it; what had come there before still gets its receipt)"
	case waits == "recipients":
		return "  (waits for an invite)"
	case waits == "card":
		return "  (waits for the centre's card, which the first connection brings)"
	case i.Delivery.Refusal != nil && waits != "":
		return "  (" + waits + ")"
	case i.Delivery.State == workspace.Received && i.AttachedOK < i.Attached:
		return fmt.Sprintf("  (%d of %d attachments wait for a link)", i.Attached-i.AttachedOK, i.Attached)
	}
	return ""
}
