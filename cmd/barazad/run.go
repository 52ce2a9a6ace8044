package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"baraza.example/sync/central"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/identity"
)

// The folder of "barazad run": a centre, the window's store, and how the one
// gets to know the other.
const (
	runCentre     = "centre"
	runDevice     = "device"
	runInvite     = "invite.txt"
	runPassphrase = "passphrase.txt"
	runAccount    = "secretariat"
	runPublic     = "127.0.0.1:8443"
	runDesk       = "127.0.0.1:8444"
	runFree       = "127.0.0.1:0"
)

// leaveWindow is how long the window has to save and close.
const leaveWindow = 15 * time.Second

// run starts a centre on this machine and opens the window joined to it.
func run(ctx context.Context, args []string, io streams) error {
	f := newDeskFlags("", io)
	f.Init("barazad run", 0)
	f.Lookup("dir").Usage = "folder for the centre and the window's store; by default baraza-run where this system keeps settings"
	verbose := f.Bool("v", false, "log every exchange")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return fmt.Errorf("unknown word %q: %w", words[0], errUsage)
	}
	if !hasDisplay() {
		return runWithout(ctx, io, "There is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set.")
	}
	program, err := windowProgram()
	if err != nil {
		return runWithout(ctx, io, "There is no window here: "+err.Error()+".")
	}
	if *f.dir == "" {
		settings, err := os.UserConfigDir()
		if err != nil {
			return fmt.Errorf("find a folder (--dir names one): %w", err)
		}
		*f.dir = filepath.Join(settings, "baraza-run")
	}
	r := &trial{io: io, dir: *f.dir, flags: f}
	c, err := r.centre(ctx, *verbose)
	if err != nil {
		return err
	}
	defer c.close()
	passphrase, err := r.account(ctx, c)
	if err != nil {
		return err
	}
	if err := r.invite(ctx, c); err != nil {
		return err
	}
	fmt.Fprintf(io.out, `The window opens now. What is sent from it goes to a centre on this machine.

The secretariat's desk, to be opened in a browser:
  address     %s
  name        %s
  passphrase  %s

Everything is kept in %s, also for the next time.
Close the window, or press Ctrl-C here, to stop both.
`, c.desk.Address.URL, runAccount, passphrase, r.dir)
	err = r.window(ctx, program)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == exitNoWindow { // it has said why
		return runWithout(ctx, io, "")
	}
	return err
}

// runWithout shows the demonstration, which needs no screen, and says why.
func runWithout(ctx context.Context, io streams, why string) error {
	fmt.Fprintln(io.out, strings.TrimSpace(why+" Instead of the window here is “barazad demo”."))
	fmt.Fprintln(io.out)
	return demo(ctx, nil, io)
}

// A trial is what "barazad run" starts.
type trial struct {
	io    streams
	dir   string
	flags *deskFlags
}

func (r *trial) path(name string) string { return filepath.Join(r.dir, name) }

// centre makes the centre the first time and starts it. It listens where the
// invite says that the window sends to; the first time on any port that is free.
func (r *trial) centre(ctx context.Context, verbose bool) (*runningCentre, error) {
	dir := r.path(runCentre)
	if _, err := os.Stat(filepath.Join(dir, centreDB)); errors.Is(err, fs.ErrNotExist) {
		silent := r.io
		silent.out = new(strings.Builder)
		if err := centralInit(ctx, []string{"--dir", dir, "--address", "https://" + runPublic}, silent); err != nil {
			return nil, err
		}
	}
	certificate, err := httpsync.OwnCertificate(filepath.Join(dir, tlsKeyFile))
	if err != nil {
		return nil, err
	}
	public := []string{runPublic, runFree}
	if kept, err := r.keptAddress(); err == nil {
		host, _, _ := strings.Cut(strings.TrimPrefix(kept, "https://"), "#")
		public = []string{host}
	}
	*r.flags.dir = dir
	for _, listen := range public {
		for _, desk := range []string{runDesk, runFree} {
			c, wrong := r.flags.start(ctx, listen, desk, true, false, certificate, logger(r.io.err, verbose))
			if wrong == nil {
				return c, nil
			}
			if err = wrong; !errors.Is(err, syscall.EADDRINUSE) {
				return nil, err
			}
		}
	}
	return nil, fmt.Errorf("%s. Perhaps this was started already: %w", say(err), err)
}

// keptAddress is where the invite says that the centre is.
func (r *trial) keptAddress() (string, error) {
	text, err := os.ReadFile(r.path(runInvite))
	if err != nil {
		return "", err
	}
	invite, err := identity.ParseInvite(text)
	if err != nil || len(invite.Addresses) == 0 {
		return "", cmp.Or(err, fs.ErrNotExist)
	}
	return invite.Addresses[0], nil
}

// invite writes the invite for the window, if there is none for this address.
func (r *trial) invite(ctx context.Context, c *runningCentre) error {
	address := c.public.Address.String()
	if kept, err := r.keptAddress(); err == nil && kept == address {
		return nil
	}
	invite, err := central.NewInvite(ctx, c.store, c.keys.Centre, []string{address}, "the window on this machine", time.Now(), rand.Reader)
	if err != nil {
		return err
	}
	return os.WriteFile(r.path(runInvite), invite.File(), 0o600)
}

// account makes sure that somebody can log in at the desk, and returns with
// which passphrase. It is drawn once.
func (r *trial) account(ctx context.Context, c *runningCentre) (string, error) {
	file := r.path(runPassphrase)
	text, err := os.ReadFile(file)
	passphrase := strings.TrimSpace(string(text))
	if errors.Is(err, fs.ErrNotExist) {
		passphrase = strings.ToLower(rand.Text()[:16])
		passphrase = passphrase[:4] + "-" + passphrase[4:8] + "-" + passphrase[8:12] + "-" + passphrase[12:]
		err = os.WriteFile(file, []byte(passphrase+"\n"), 0o600)
	}
	if err != nil {
		return "", err
	}
	known, err := c.store.Account(ctx, runAccount)
	if err == nil && known.Verify(passphrase) {
		return passphrase, nil
	}
	a, err := central.NewAccount(runAccount, passphrase, central.Editor, time.Now().Unix(), nil)
	if err != nil {
		return "", err
	}
	return passphrase, c.store.PutAccount(ctx, a)
}

// window shows the window until it is closed, or until ctx ends.
func (r *trial) window(ctx context.Context, program string) error {
	window := exec.CommandContext(ctx, program, "-dir", r.path(runDevice), "-join", r.path(runInvite))
	window.Stdout, window.Stderr, window.WaitDelay = r.io.out, r.io.err, leaveWindow
	window.Cancel = func() error {
		if err := window.Process.Signal(syscall.SIGTERM); err != nil {
			return window.Process.Kill()
		}
		return nil
	}
	if spoken := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")); strings.HasPrefix(spoken, "C.") && os.Getenv("LANGUAGE") == "" {
		window.Env = append(os.Environ(), "LANGUAGE=en") // Fyne complains that C is no language
	}
	err := window.Run()
	if ctx.Err() != nil {
		return nil // it was asked to stop
	}
	return err
}
