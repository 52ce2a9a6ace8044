package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/BurntSushi/toml"
)

// A flagSet reads settings from flags, BARAZA_* variables and a TOML file, in
// this order: what stands first wins. The file has a table for each command.
type flagSet struct {
	*flag.FlagSet
	config *string
	help   io.Writer
}

func newFlags(name string, s streams) flagSet {
	f := flagSet{FlagSet: flag.NewFlagSet("barazad "+name, flag.ContinueOnError), help: s.out}
	f.SetOutput(io.Discard) // execute says what is wrong, once
	f.config = f.String("config", "", "TOML file with settings")
	return f
}

// parse reads args, in which flags may stand before or after other words, and
// returns the other words. The set's name gives the table in the TOML file.
func (f flagSet) parse(args []string) ([]string, error) {
	var words []string
	for len(args) > 0 {
		if err := f.Parse(args); err != nil {
			if err == flag.ErrHelp {
				f.SetOutput(f.help)
				f.PrintDefaults()
				return nil, err
			}
			return nil, fmt.Errorf("%w: %w", err, errUsage)
		}
		if args = f.Args(); len(args) > 0 {
			words, args = append(words, args[0]), args[1:]
		}
	}
	return words, f.fill()
}

// fill sets what no flag has set.
func (f flagSet) fill() error {
	set := map[string]bool{}
	f.Visit(func(g *flag.Flag) { set[g.Name] = true })
	variable := func(name string) string {
		return os.Getenv("BARAZA_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
	}
	if v := variable("config"); v != "" && !set["config"] {
		*f.config = v
	}
	file, err := f.file()
	if err != nil {
		return err
	}
	f.VisitAll(func(g *flag.Flag) {
		values := file[g.Name]
		if v := variable(g.Name); v != "" {
			values = []string{v}
		}
		if set[g.Name] || g.Name == "config" {
			return
		}
		for _, v := range values {
			if e := f.Set(g.Name, v); e != nil && err == nil {
				err = fmt.Errorf("setting %s: %w: %w", g.Name, e, errUsage)
			}
		}
	})
	return err
}

// file reads the command's table: the values of each setting, as text.
func (f flagSet) file() (map[string][]string, error) {
	if *f.config == "" {
		return nil, nil
	}
	var tables map[string]any
	if _, err := toml.DecodeFile(*f.config, &tables); err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	at := tables
	for _, word := range strings.Fields(f.Name())[1:] {
		next, ok := at[word].(map[string]any)
		if !ok {
			return nil, nil
		}
		at = next
	}
	settings := map[string][]string{}
	for name, value := range at {
		switch v := value.(type) {
		case map[string]any: // the table of another command, as central's list
			continue
		case []any:
			for _, one := range v {
				settings[name] = append(settings[name], fmt.Sprint(one))
			}
		default:
			settings[name] = []string{fmt.Sprint(v)}
		}
		if f.Lookup(name) == nil {
			return nil, fmt.Errorf("%s: %s has no setting %q: %w", *f.config, f.Name(), name, errUsage)
		}
	}
	return settings, nil
}

// A list is a flag that may stand several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
