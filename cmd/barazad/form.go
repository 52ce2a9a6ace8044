package main

import (
	"context"
	"fmt"
	"time"

	"baraza.example/forms"
	"baraza.example/forms/session"
)

// formSettings are the flags that the form commands share.
type formSettings struct {
	json bool
	name string         // of the root node, where the workbook says none
	zone *time.Location // of the person who fills the form in
	pack packSettings
}

// form works on forms without a device: it checks them, tries their
// expressions and packs them for the road.
func form(ctx context.Context, args []string, io streams) error {
	flags := newFlags("form", io)
	s := formSettings{zone: time.Local}
	flags.BoolVar(&s.json, "json", false, "print JSON lines")
	flags.StringVar(&s.name, "name", "", "`NAME` of the root node and form id where the workbook says none")
	flags.Func("tz", "time `ZONE` of the person, such as Africa/Nairobi; without it, this computer's", func(name string) (err error) {
		s.zone, err = time.LoadLocation(name)
		return err
	})
	s.pack.flags(flags)
	words, err := flags.parse(args)
	switch {
	case err != nil:
		return err
	case len(words) == 2 && words[0] == "check":
		return formCheck(words[1], s, io)
	case len(words) == 3 && words[0] == "convert":
		return formConvert(words[1], words[2], s, io)
	case len(words) == 1 && words[0] == "eval":
		return formEval(ctx, s, io)
	case len(words) == 3 && words[0] == "pack":
		return formPack(words[1], words[2], s, io)
	case len(words) == 3 && words[0] == "unpack":
		return formUnpack(words[1], words[2], s, io)
	case len(words) == 1 && words[0] == "run":
		return formRun(ctx, s, io)
	case len(words) == 1 && words[0] == "check":
		return fmt.Errorf("name one form: %w", errUsage)
	}
	return fmt.Errorf("say what to do with a form: %w", errUsage)
}

// formCheck says what the author of a form should mend.
func formCheck(file string, s formSettings, io streams) error {
	f, err := openForm(file, s.name)
	if err != nil {
		return err
	}
	if f.def != nil && forms.Usable(f.found) == nil {
		f.found = append(f.found, session.Check(f.def)...)
	}
	for _, d := range f.found {
		if s.json {
			err = printJSON(io.out, d)
		} else {
			_, err = fmt.Fprintln(io.out, d.Error())
		}
		if err != nil {
			return err
		}
	}
	if err := forms.Usable(f.found); err != nil {
		return fmt.Errorf("%s can't be used as it is: %w", file, err)
	}
	if !s.json {
		version := ""
		if v := f.def.Settings.Version; v != "" {
			version = ", version " + v
		}
		fmt.Fprintf(io.out, "%s: “%s”%s can be used\n", file, f.def.Settings.Title, version)
	}
	return nil
}
