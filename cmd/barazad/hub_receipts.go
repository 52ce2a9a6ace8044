package main

import (
	"context"
	"fmt"
	"strings"

	"baraza.example/app/workspace"
)

// runReceipts lists the codes of what is received, to be read on the air or
// printed. Codes show nothing of what was written, nor whose it is.
func runReceipts(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("receipts", io)
	all := f.Bool("all", false, "those without a receipt, too")
	spell := f.Bool("air", false, "spell the codes as they are said on the air")
	asJSON := f.Bool("json", false, "print a JSON line for each")
	if _, err := f.parse(args); err != nil {
		return err
	}
	w, _, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
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
			err = printJSON(io.out, map[string]any{"code": i.Code, "received": received, "said": onAir(i.Code)})
		case *spell:
			_, err = fmt.Fprintf(io.out, "%s  %s  %s\n", i.Code, stateWords(i), onAir(i.Code))
		default:
			_, err = fmt.Fprintf(io.out, "%s  %s\n", i.Code, stateWords(i))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// spoken are the words of the international radiotelephony alphabet. Codes have
// no I, L, O and U.
var spoken = map[rune]string{
	'0': "zero", '1': "one", '2': "two", '3': "three", '4': "four", '5': "five", '6': "six", '7': "seven", '8': "eight", '9': "nine",
	'A': "Alfa", 'B': "Bravo", 'C': "Charlie", 'D': "Delta", 'E': "Echo", 'F': "Foxtrot", 'G': "Golf", 'H': "Hotel", 'J': "Juliett",
	'K': "Kilo", 'M': "Mike", 'N': "November", 'P': "Papa", 'Q': "Quebec", 'R': "Romeo", 'S': "Sierra", 'T': "Tango", 'V': "Victor",
	'W': "Whiskey", 'X': "X-ray", 'Y': "Yankee", 'Z': "Zulu", '-': "–", '.': "place",
}

// onAir spells a code.
func onAir(code string) string {
	var words []string
	for _, r := range code {
		if w, known := spoken[r]; known {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}
