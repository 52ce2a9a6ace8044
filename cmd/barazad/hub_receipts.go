package main

import (
	"context"
	"fmt"

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
		items, err := w.Items(ctx)
		if err != nil {
			return err
		}
		for _, i := range items {
			received := i.Delivery.State == workspace.Received
			if i.Code == "" || !received && !*all {
				continue
			}
			switch {
			case *asJSON:
				err = printJSON(io.out, map[string]any{"code": i.Code, "received": received, "said": workspace.OnAir(i.Code)})
			case *spell:
				_, err = fmt.Fprintf(io.out, "%s  %s  %s\n", i.Code, stateWords(i), workspace.OnAir(i.Code))
			default:
				_, err = fmt.Fprintf(io.out, "%s  %s\n", i.Code, stateWords(i))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
