// Command barazad does what needs no screen: it runs hubs and the centre,
// takes part from a terminal, shows the whole road in one go and measures it.
//
// Every command is a line in the commands table and a run(ctx, args, io).
// Settings come from flags, then from BARAZA_* variables, then from a TOML file.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // devices without zone data still know local time
)

// streams are a command's input and outputs.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// A command is one word after barazad.
type command struct {
	name, usage, summary string
	run                  func(ctx context.Context, args []string, io streams) error
}

// commands is filled by main, because help prints it.
func commands() []command {
	return []command{
		{"run", "[--dir DIR]", "a centre on this machine, and the window joined to it; without a screen the demonstration", run},
		{"demo", "[--json] [--seed N] [--answers FILE]… [--form FILE] [--kills N]", "walk the whole road: fill in, send over a bad link, receive, check the proof", demo},
		{"central", "init|serve|user|invite|publish|list|show|ask|export …", "run the centre, publish for everybody, or look at what came in", runCentral},
		{"hub", "--dir DIR --join INVITE --listen ADDRESS", "relay for devices without a connection", runHub},
		{"join", "--dir DIR INVITE", "join a consultation: the invite's line, or its file", join},
		{"device", "card|list|request|add|take|revoke --dir DIR …", "show the card of this device, add another one of the organisation, shut a lost one out", runDevices},
		{"fill", "--dir DIR --answers FILE [--draft]", "fill in the questionnaire from a file and make it ready", fill},
		{"contribute", "--dir DIR FILE", "make a written contribution ready", contribute},
		{"sync", "--dir DIR [--via ADDRESS] [--estimate | --history | --watch | --every 15m]", "send what waits and take what has come; say what it takes, or what was sent; stay and send by itself", synchronise},
		{"settings", "--dir DIR [NAME=VALUE]… [--json]", "show and set when, where and for how much this device sends: pause, budget, hours, price, attachments …", runSettings},
		{"documents", "[list] | want|skip NAME | languages [CODE…] | get NAME OUT --dir DIR [--json]", "show what the centre published, choose what comes to this device, read it", runDocuments},
		{"bundle", "write|show|take|mail-out|mail-in …", "carry by stick or by mail where there is no link", runBundle},
		{"status", "--dir DIR [--json]", "show what is on this device, at the hub, received", status},
		{"messages", "list|read|reply|correct --dir DIR …", "read what the secretariat asks back, and answer it", runMessages},
		{"trash", "list|put|restore|destroy --dir DIR [ID [ID]]", "put aside what is being written, take it back, or destroy it", runTrash},
		{"withdraw", "--dir DIR [--reason TEXT] NAME", "take back what was sent: nothing disappears, the desk shows it as withdrawn", withdraw},
		{"receipts", "--dir DIR [--air] [--all] [--json]", "list receipt codes, to be read on the air or printed", runReceipts},
		{"intake", "add|list|enter|check|ready --dir DIR GROUP …", "write down what groups without a device say; a second person checks it", runIntake},
		{"print", "form|script [--form FILE] OUT.pdf | response|contribution --dir DIR NAME OUT.pdf | receipts --dir DIR [--all] OUT.pdf", "write a blank form, a script for the air, what was made ready, or receipt codes as PDF; [--language CODE] [--paper a4|letter]", runPrint},
		{"form", "check FILE [--json] | convert [--name NAME] IN OUT | eval --json [--tz ZONE] | run --json [--tz ZONE] | pack FORM OUT | unpack IN FOLDER", "say what is wrong with a form, turn it into another shape, try its expressions, fill it in by a script; pack it for the road", form},
		{"translate", "export|import [--form FILE] --language CODE [--catalogue FILE] WORKBOOK", "hand the texts of a form to a translator, and take them back", runTranslate},
		{"profile", "list|add|passphrase|words|key-file|wipe --dir DIR …", "lock a folder, share a device between people, get back in, or leave nothing behind", runProfile},
		{"store", "inspect|compact|measure --dir DIR [--json]", "show what a folder holds and takes; write its journal anew without what was replaced", runStore},
		{"backup", "make --dir DIR FILE | verify FILE | verify --dir DIR | restore --dir DIR FILE", "bring a sealed backup up to date, prove one or a folder, restore one", runBackup},
		{"bench", "NAME [--json] [--responses FILE]", "measure, beside another program's way where there is one", bench},
	}
}

// The exit codes: 1 for what went wrong, 2 for a command that was not understood.
const (
	exitFailed = 1
	exitUsage  = 2
)

// errUsage is wrapped by errors about the command's words.
var errUsage = errors.New("usage")

func main() {
	os.Exit(execute(os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

func execute(args []string, io streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
		help(io.out)
		return 0
	}
	args = commandFirst(args)
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, args[1:], io)
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			fmt.Fprintf(io.err, "barazad %s: %s\nusage: barazad %s %s\n", c.name, strings.TrimSuffix(oneLine(err), ": "+errUsage.Error()), c.name, c.usage)
			return exitUsage
		}
		fmt.Fprintf(io.err, "barazad %s: %s\n", c.name, say(err))
		return exitFailed
	}
	fmt.Fprintf(io.err, "barazad: no command %q; “barazad help” lists them\n", args[0])
	return exitUsage
}

// commandFirst brings the command's name before flags that stand before it.
func commandFirst(args []string) []string {
	if !strings.HasPrefix(args[0], "-") {
		return args
	}
	at := slices.IndexFunc(args, func(word string) bool {
		return slices.ContainsFunc(commands(), func(c command) bool { return c.name == word })
	})
	if at < 0 {
		return args
	}
	return slices.Concat(args[at:at+1], args[:at], args[at+1:])
}

func help(w io.Writer) {
	fmt.Fprint(w, "barazad takes part in consultations without a screen, relays and receives.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  barazad %s %s\n      %s\n", c.name, c.usage, c.summary)
	}
	fmt.Fprint(w, "\n--json prints facts as JSON. Settings also come from BARAZA_* variables and from\nthe TOML file that --config or BARAZA_CONFIG names; “barazad COMMAND -h” lists them.\n")
}

// logger writes what operators read; it never holds an answer or a name.
func logger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}
