package main

import (
	"context"
	"fmt"
	"io"

	"baraza.example/app/workspace"
)

// runReceipts lists the codes of what is received, to be read on the air or
// printed. Codes show nothing of what was written, nor whose it is.
func runReceipts(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("receipts", io)
	all := f.Bool("all", false, "those without a receipt, too")
	spell := f.Bool("air", false, "spell the codes as they are said on the air")
	asJSON := f.Bool("json", false, "print a JSON line for each")
	return f.do(ctx, args, 0, noWords, func(w *workspace.Workspace, _ []string) error {
		return receiptsOf(ctx, w, func(i workspace.Item, received bool) (err error) {
			switch {
			case !received && !*all:
			case *asJSON:
				err = printJSON(io.out, map[string]any{"code": i.Code, "received": received, "said": workspace.OnAir(i.Code)})
			case *spell:
				err = onAir(io.out, i)
			default:
				_, err = fmt.Fprintf(io.out, "%s  %s\n", i.Code, stateWords(i))
			}
			return err
		})
	})
}

// receiptsOf hands over what has a receipt code, in the order in which it was made.
func receiptsOf(ctx context.Context, w *workspace.Workspace, each func(i workspace.Item, received bool) error) error {
	items, err := w.Items(ctx)
	if err != nil {
		return err
	}
	for _, i := range items {
		if i.Code != "" {
			if err := each(i, i.Delivery.State == workspace.Received); err != nil {
				return err
			}
		}
	}
	return nil
}

func onAir(out io.Writer, i workspace.Item) error {
	_, err := fmt.Fprintf(out, "%s  %s  %s\n", i.Code, stateWords(i), workspace.OnAir(i.Code))
	return err
}
