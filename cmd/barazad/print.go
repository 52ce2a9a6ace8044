package main

import (
	"cmp"
	"context"
	"fmt"
	goio "io"
	"path/filepath"
	"strings"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/typeset"
)

// printFlags are what every printing takes.
type printFlags struct {
	deviceFlags
	language, paper *string
}

func newPrintFlags(what string, io streams) printFlags {
	f := newDeviceFlags("print "+what, io)
	return printFlags{
		deviceFlags: f,
		language:    f.String("language", "en", "language of what is printed around what people wrote, by its code"),
		paper:       f.String("paper", "a4", "a4 or letter"),
	}
}

// printing reads the settings.
func (f printFlags) printing() (workspace.Printing, error) {
	paper, ok := typeset.Papers[strings.ToLower(*f.paper)]
	if !ok {
		return workspace.Printing{}, fmt.Errorf("no such paper: %q: %w", *f.paper, errUsage)
	}
	if _, ok := locale.Named(*f.language); !ok {
		return workspace.Printing{}, fmt.Errorf("no such language: %q: %w", *f.language, errUsage)
	}
	return workspace.Printing{Words: locale.New(*f.language), Paper: paper}, nil
}

// A printer is one thing that can be printed.
type printer struct {
	words int // before the name of the file
	run   func(ctx context.Context, f printFlags, p workspace.Printing, words []string, file string, out goio.Writer) (workspace.Printed, error)
}

func printers() map[string]printer {
	return map[string]printer{
		"form":         {0, printForm(false)},
		"script":       {0, printForm(true)},
		"response":     {1, printItem},
		"contribution": {1, printItem},
		"receipts":     {0, printReceipts},
	}
}

// runPrint writes something to be printed as PDF; a response or a contribution also
// as JSON, where the file's name ends so.
func runPrint(ctx context.Context, args []string, io streams) error {
	if len(args) == 0 {
		return fmt.Errorf("say what: form, script, response, contribution or receipts: %w", errUsage)
	}
	what, ok := printers()[args[0]]
	if !ok {
		return fmt.Errorf("nothing that can be printed: %q: %w", args[0], errUsage)
	}
	f := newPrintFlags(args[0], io)
	all := f.Bool("all", false, "receipts: those without a receipt, too")
	words, err := f.parse(args[1:])
	if err != nil {
		return err
	}
	if len(words) != what.words+1 {
		return fmt.Errorf("give %sthe name of the file to write: %w", strings.Repeat("what to print and ", what.words), errUsage)
	}
	p, err := f.printing()
	if err != nil {
		return err
	}
	file := words[what.words]
	words = words[:what.words]
	if *all {
		words = append(words, "all")
	}
	var printed workspace.Printed
	err = writeFile(file, func(out goio.Writer) (err error) {
		printed, err = what.run(ctx, f, p, words, file, out)
		return err
	})
	if err != nil {
		return err
	}
	if len(printed.Missing) > 0 {
		fmt.Fprintf(io.err, "%s: no letters for %q: empty boxes stand there\n", f.Name(), string(printed.Missing))
	}
	_, err = fmt.Fprintln(io.out, file)
	return err
}

func printForm(script bool) func(context.Context, printFlags, workspace.Printing, []string, string, goio.Writer) (workspace.Printed, error) {
	return func(_ context.Context, f printFlags, p workspace.Printing, _ []string, _ string, out goio.Writer) (workspace.Printed, error) {
		form, err := loadForm(*f.form)
		if err != nil {
			return workspace.Printed{}, err
		}
		return workspace.PrintForm(form, script, p, out)
	}
}

func printItem(ctx context.Context, f printFlags, p workspace.Printing, words []string, file string, out goio.Writer) (workspace.Printed, error) {
	w, _, err := f.open(ctx)
	if err != nil {
		return workspace.Printed{}, err
	}
	defer w.Close()
	items, err := w.Items(ctx)
	if err != nil {
		return workspace.Printed{}, err
	}
	for _, i := range items {
		if i.Name != words[0] && (i.Code == "" || !strings.EqualFold(i.Code, words[0])) && i.Tag != cmp.Or(words[0], " ") {
			continue
		}
		if strings.EqualFold(filepath.Ext(file), ".json") {
			return workspace.Printed{}, w.Export(ctx, i.Name, out, p.Words.Language().Chain()...)
		}
		return w.Print(ctx, i.Name, p, out)
	}
	return workspace.Printed{}, fmt.Errorf("nothing was made ready here under the name or code %q; barazad status --json lists them", words[0])
}

func printReceipts(ctx context.Context, f printFlags, p workspace.Printing, words []string, _ string, out goio.Writer) (workspace.Printed, error) {
	w, _, err := f.open(ctx)
	if err != nil {
		return workspace.Printed{}, err
	}
	defer w.Close()
	return w.PrintReceipts(ctx, len(words) > 0, p, out)
}
