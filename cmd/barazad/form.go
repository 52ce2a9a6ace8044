package main

import (
	"context"
	"fmt"

	"baraza.example/forms"
	"baraza.example/forms/xlsform"
)

// form checks a form and says what its author should mend.
func form(ctx context.Context, args []string, io streams) error {
	flags := newFlags("form", io)
	asJSON := flags.Bool("json", false, "print the diagnostics as JSON lines")
	words, err := flags.parse(args)
	if err != nil {
		return err
	}
	if len(words) != 2 || words[0] != "check" {
		return fmt.Errorf("name one form: %w", errUsage)
	}
	wb, err := xlsform.Open(words[1])
	if err != nil {
		return err
	}
	def, found := xlsform.Read(wb)
	for _, d := range found {
		if *asJSON {
			err = printJSON(io.out, d)
		} else {
			_, err = fmt.Fprintln(io.out, d.Error())
		}
		if err != nil {
			return err
		}
	}
	if err := forms.Usable(found); err != nil {
		return fmt.Errorf("%s can't be used as it is: %w", words[1], err)
	}
	if !*asJSON {
		fmt.Fprintf(io.out, "%s: “%s”, version %s, can be used\n", words[1], def.Settings.Title, def.Settings.Version)
	}
	return nil
}
