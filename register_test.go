package main

import (
	"flag"
	"slices"
	"strings"
	"testing"
)

func TestWindowsIsToldOfLinksAndFilesOfInvites(t *testing.T) {
	const program = `C:\Program Files\Baraza\baraza.exe`
	said := map[string]string{}
	var made []string
	for _, k := range classes(program) {
		if before, _, below := cutLast(k.path); below && !slices.Contains(made, before) {
			t.Errorf("%s is made before the key it stands below", k.path)
		}
		made = append(made, k.path)
		for _, v := range k.values {
			said[k.path+"|"+v.name] = v.text
		}
	}
	for at, want := range map[string]string{
		`baraza|URL Protocol`:               "",
		`baraza\shell\open\command|`:        `"C:\Program Files\Baraza\baraza.exe" -- "%1"`,
		`.baraza|`:                          "Baraza.Invite",
		`.baraza|Content Type`:              "application/x-baraza-invite",
		`Baraza.Invite\shell\open\command|`: `"C:\Program Files\Baraza\baraza.exe" -- "%1"`,
		`Baraza.Invite\DefaultIcon|`:        `"C:\Program Files\Baraza\baraza.exe",0`,
	} {
		if got, there := said[at]; !there || got != want {
			t.Errorf("%s says %q, %v; want %q", at, got, there, want)
		}
	}
}

func cutLast(path string) (before, after string, found bool) {
	i := strings.LastIndexByte(path, '\\')
	if i < 0 {
		return path, "", false
	}
	return path[:i], path[i+1:], true
}

// A link is written by whoever sends it: behind the command that Windows has for it nothing in it
// becomes an option, as -join, which joins without asking.
func TestNothingInALinkIsAnOption(t *testing.T) {
	command := classes("baraza.exe")[4].values[0].text
	before, _, found := strings.Cut(command, `"%1"`)
	if !found {
		t.Fatalf("%s doesn't hand the link over", command)
	}
	arguments := append(strings.Fields(before)[1:], "baraza:x", "-join", "evil") // a link with a quotation mark
	flags := flag.NewFlagSet("baraza", flag.ContinueOnError)
	join := flags.String("join", "", "")
	if err := flags.Parse(arguments); err != nil || *join != "" || flags.Arg(0) != "baraza:x" {
		t.Errorf("%q: joins with %q, shows %q, %v", arguments, *join, flags.Arg(0), err)
	}
}
