package main

import (
	"errors"
	"flag"
)

// A system has to be told that links and files of invites are this program's. On a Linux desktop
// "make install" does it. On Windows an installer does, or the person, with -register: it takes
// effect for that person alone, and needs no administrator.

// errNotRegistered says that the system is told in another way.
var errNotRegistered = errors.New("this system is not told by the program what belongs to it: see docs/running.md")

// A registration is what -register and -unregister ask for.
type registration struct{ on, off *bool }

func registrationFlags() registration {
	return registration{
		flag.Bool("register", false, "on Windows: open “baraza:” links and “.baraza” files with this program"),
		flag.Bool("unregister", false, "on Windows: don't open them with it any more"),
	}
}

// A key is one of the Windows registry, below the classes of a person, with its values; the one
// without a name is what the key itself says.
type key struct {
	path   string
	values []value
}

type value struct{ name, text string }

// inviteClass is what Windows calls the files of invites.
const inviteClass = "Baraza.Invite"

// classes are the keys by which Windows opens links and files of invites with a program. They come
// in an order in which each can be made below the one before it.
func classes(program string) []key {
	// Behind “--” nothing is an option, whatever a link has in it: none makes anybody join.
	command := `"` + program + `" -- "%1"`
	icon := `"` + program + `",0`
	opens := func(class, called string, more ...value) []key {
		return []key{
			{class, append([]value{{"", called}}, more...)},
			{class + `\DefaultIcon`, []value{{"", icon}}},
			{class + `\shell`, nil},
			{class + `\shell\open`, nil},
			{class + `\shell\open\command`, []value{{"", command}}},
		}
	}
	all := opens("baraza", "URL:Baraza invite", value{"URL Protocol", ""})
	all = append(all, opens(inviteClass, "Invite to a consultation")...)
	return append(all, key{".baraza", []value{{"", inviteClass}, {"Content Type", "application/x-baraza-invite"}}})
}
