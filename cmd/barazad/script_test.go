package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"baraza.example/sync/httpsync"
)

// The scripts in testdata/script use the program as people do. Beside what
// testscript offers they have the commands of [scriptCommands].
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"barazad": main, "liar": liar})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		Cmds:                scriptCommands,
		Condition:           scriptCondition,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			samples, err := filepath.Abs("../../assets/samples")
			e.Setenv("SAMPLES", samples)
			e.Setenv("NO_PROXY", "*")
			e.Values[servers{}] = map[string]*server{}
			return err
		},
	})
}

var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"serve":    serveCommand,
	"end":      endCommand,
	"crash":    crashCommand,
	"stranger": strangerCommand,
	"fetch":    fetchCommand,
	"capture":  captureCommand,
	"damage":   damageCommand,
	"said":     saidCommand,
	"lines":    linesCommand,
	"code":     codeCommand,
	"bare":     bareCommand,
	"port":     portCommand,
	"tmpfs":    tmpfsCommand,
	"netns":    netnsCommand,
}

// scriptCondition knows [tmpfs], whether a small disk can be made here, and
// [netns], whether networks can.
func scriptCondition(condition string) (bool, error) {
	if condition == "netns" {
		return canNetns(), nil
	}
	if condition == "tmpfs" {
		_, err := exec.LookPath("mount")
		return os.Getuid() == 0 && err == nil, nil
	}
	return false, fmt.Errorf("no condition %q", condition)
}

// servers is the key of a script's running servers, by name.
type servers struct{}

type server struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

func running(ts *testscript.TestScript) map[string]*server {
	return ts.Value(servers{}).(map[string]*server)
}

// serveCommand: serve NAME ARGS… runs barazad ARGS in the background, waits
// until it says its address and sets $NAME to it, and $NAME_desk or $NAME_board
// to the desk's or the board's.
// What it writes to standard error goes to the file NAME.err.
func serveCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: serve NAME ARGS…")
	}
	name := args[0]
	program, err := exec.LookPath("barazad")
	ts.Check(err)
	errs, err := os.Create(ts.MkAbs(name + ".err"))
	ts.Check(err)
	defer errs.Close()
	cmd := exec.Command(program, args[1:]...)
	cmd.Dir, cmd.Stderr = ts.MkAbs("."), errs
	cmd.Env = environ(ts)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	s := &server{cmd, make(chan struct{})}
	found := map[string]string{}
	ready := make(chan bool, 1)
	want := map[string]string{"public": name, "address": name, "desk": name + "_desk", "board": name + "_board"}
	last := map[string]string{"central": "desk", "hub": "address"}[args[1]]
	go func() {
		defer close(s.ended)
		said := false
		for lines := bufio.NewScanner(out); lines.Scan(); {
			words := strings.Fields(lines.Text())
			if len(words) > 1 && want[words[0]] != "" && !said {
				found[want[words[0]]] = words[1]
				if said = words[0] == last; said {
					ready <- true
				}
			}
		}
		if !said {
			ready <- false
		}
		_ = cmd.Wait() // a killed process is what some scripts want
	}()
	ts.Defer(func() { cmd.Process.Kill(); <-s.ended })
	if !<-ready {
		<-s.ended
		ts.Fatalf("barazad %v did not start:\n%s", args[1:], ts.ReadFile(name+".err"))
	}
	for k, v := range found {
		ts.Setenv(k, v)
	}
	running(ts)[name] = s
}

// environ is the script's environment.
func environ(ts *testscript.TestScript) []string {
	env := []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "NO_PROXY=*", "TMPDIR=" + ts.Getenv("TMPDIR")}
	for _, name := range []string{"BARAZA_CONFIG", "BARAZA_DIR", "SYSTEMROOT"} {
		if v := ts.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// endCommand: end NAME ends a server as an operator would; it must end well.
func endCommand(ts *testscript.TestScript, _ bool, args []string) {
	s := running(ts)[args[0]]
	ts.Check(s.cmd.Process.Signal(syscall.SIGTERM))
	<-s.ended
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		ts.Fatalf("%s ended with %d:\n%s", args[0], code, ts.ReadFile(args[0]+".err"))
	}
}

// crashCommand: crash NAME takes a server's power away.
func crashCommand(ts *testscript.TestScript, _ bool, args []string) {
	s := running(ts)[args[0]]
	ts.Check(s.cmd.Process.Kill())
	<-s.ended
}

// fetchCommand: fetch URL FILE asks for a page as a browser would that has
// accepted the server's own certificate.
func fetchCommand(ts *testscript.TestScript, neg bool, args []string) {
	from, path, pinned := strings.Cut(args[0], "#")
	if pinned {
		_, path, _ = strings.Cut(path, "/") // the pin ends there
		from += "/" + path
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	r, err := client.Get(from)
	ts.Check(err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), body, 0o600))
	if neg != (r.StatusCode/100 != 2) {
		ts.Fatalf("%s: %s\n%s", args[0], r.Status, body)
	}
}

// captureCommand: capture NAME REGEXP FILE sets $NAME to the first group.
func captureCommand(ts *testscript.TestScript, _ bool, args []string) {
	m := regexp.MustCompile(`(?m)` + args[1]).FindStringSubmatch(ts.ReadFile(args[2]))
	if m == nil {
		ts.Fatalf("%s does not match %q:\n%s", args[2], args[1], ts.ReadFile(args[2]))
	}
	ts.Setenv(args[0], m[1])
}

// damageCommand does to the files that a pattern names what disks do:
//
//	damage FILES flip AT        one bit, at a percentage of the length
//	damage FILES cut N          the last N bytes are gone
//	damage FILES add TEXT       something else stands at the end
//	damage FILES set AT TEXT    from byte AT on
//	damage FILES bytes TEXT     all of it
//
// TEXT is as in a Go string.
func damageCommand(ts *testscript.TestScript, _ bool, args []string) {
	files, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	done := 0
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.IsDir() {
			continue
		}
		data, err := os.ReadFile(file)
		ts.Check(err)
		n := 0
		if args[1] != "add" && args[1] != "bytes" {
			n, err = strconv.Atoi(args[2])
			ts.Check(err)
		}
		switch args[1] {
		case "flip":
			if len(data) == 0 {
				continue
			}
			data[min(len(data)*n/100, len(data)-1)] ^= 1
		case "cut":
			data = data[:max(len(data)-n, 0)]
		case "add":
			data = append(data, goText(ts, args[2])...)
		case "set":
			copy(data[n:], goText(ts, args[3]))
		case "bytes":
			data = []byte(goText(ts, args[2]))
		default:
			ts.Fatalf("damage by %q?", args[1])
		}
		ts.Check(os.WriteFile(file, data, 0o600))
		done++
	}
	if done == 0 {
		ts.Fatalf("%s names no file", args[0])
	}
}

func goText(ts *testscript.TestScript, text string) string {
	s, err := strconv.Unquote(`"` + text + `"`)
	ts.Check(err)
	return s
}

// jargon is what a person at a terminal should not have to read.
var jargon = regexp.MustCompile(`dial tcp|x509|EOF|tls:|(^| )json:|\b(open|stat|read|mkdir|write) [./\w-]+:|errno|goroutine|panic|%!|level=|invalid character|no such file or directory|syscall|\bnil\b`)

// saidCommand: said REGEXP: the last command told the person one line, in plain
// words, which REGEXP matches.
func saidCommand(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile("stderr")
	line, rest, _ := strings.Cut(text, "\n")
	switch {
	case rest != "" || line == "":
		ts.Fatalf("not one line but:\n%s", text)
	case !strings.HasPrefix(line, "barazad "):
		ts.Fatalf("the line does not say who speaks: %s", line)
	case jargon.MatchString(line):
		ts.Fatalf("%q is no word for people: %s", jargon.FindString(line), line)
	case regexp.MustCompile(args[0]).MatchString(line) == neg:
		ts.Fatalf("said: %s", line)
	}
}

// linesCommand: lines N FILE [REGEXP] counts lines, those that match.
func linesCommand(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[1])
	of := regexp.MustCompile("")
	if len(args) > 2 {
		of = regexp.MustCompile(args[2])
	}
	n := 0
	for line := range strings.Lines(text) {
		if of.MatchString(line) {
			n++
		}
	}
	if strconv.Itoa(n) != args[0] {
		ts.Fatalf("%d lines, not %s:\n%s", n, args[0], text)
	}
}

// codeCommand: code N ARGS… runs barazad ARGS, which must end with N.
func codeCommand(ts *testscript.TestScript, _ bool, args []string) {
	program, err := exec.LookPath("barazad")
	ts.Check(err)
	cmd := exec.Command(program, args[1:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), environ(ts)
	out, _ := cmd.CombinedOutput() // its code says more
	if code := cmd.ProcessState.ExitCode(); strconv.Itoa(code) != args[0] {
		ts.Fatalf("barazad %v ended with %d:\n%s", args[1:], code, out)
	}
}

// bareCommand: bare NAME ADDRESS sets $NAME to the address without its pin.
func bareCommand(ts *testscript.TestScript, _ bool, args []string) {
	bare, _, _ := strings.Cut(args[1], "#")
	ts.Setenv(args[0], bare)
}

// portCommand: port NAME ADDRESS sets $NAME to the address's host and port.
func portCommand(ts *testscript.TestScript, _ bool, args []string) {
	a, err := httpsync.ParseAddress(args[1])
	ts.Check(err)
	_, host, _ := strings.Cut(a.URL, "://")
	ts.Setenv(args[0], host)
}

// tmpfsCommand: tmpfs DIR SIZE mounts a small disk until the script ends.
func tmpfsCommand(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+args[1], "barazad-test", dir).CombinedOutput(); err != nil {
		ts.Fatalf("mount: %v\n%s", err, bytes.TrimSpace(out))
	}
	ts.Defer(func() { exec.Command("umount", dir).Run() })
}
