package app

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"baraza.example/app/workspace"
)

// A studio plays and records sounds and films with the system's programs. What is
// played and recorded stands in a folder of its own as long as that takes, as far
// as possible one that is only in memory, and is taken away afterwards.
type studio struct {
	jobs *jobs
	look func(program string) (string, error) // exec.LookPath
	goos string
}

func newStudio(j *jobs) *studio { return &studio{jobs: j, look: exec.LookPath, goos: runtime.GOOS} }

// longestRecording ends a recording that nobody ends.
const longestRecording = 10 * time.Minute

// A tool is a program and how it is called. "{}" stands for the file, and {rate}
// for bits a second.
type tool struct {
	program string
	args    []string
	only    []string // endings of names that it plays or writes; none is any
}

// players are those of a system, the better ones first: those that end when the
// file does.
func (s *studio) players(film bool) []tool {
	switch {
	case s.goos == "darwin" && !film:
		return []tool{{"afplay", []string{"{}"}, nil}}
	case s.goos == "darwin":
		return []tool{{"open", []string{"-W", "-n", "{}"}, nil}}
	case s.goos == "windows":
		return []tool{
			{"mpv", []string{"--really-quiet", "{}"}, nil}, {"vlc", []string{"--play-and-exit", "{}"}, nil},
			{"powershell", []string{"-NoProfile", "-Command", "& {param($f) (New-Object Media.SoundPlayer $f).PlaySync()}", "{}"}, []string{".wav"}},
		}
	case film:
		return []tool{
			{"mpv", []string{"--really-quiet", "--", "{}"}, nil}, {"vlc", []string{"--play-and-exit", "{}"}, nil},
			{"ffplay", []string{"-loglevel", "quiet", "-autoexit", "{}"}, nil}, {"totem", []string{"{}"}, nil},
		}
	}
	return []tool{
		{"ffplay", []string{"-loglevel", "quiet", "-nodisp", "-autoexit", "{}"}, nil},
		{"mpv", []string{"--really-quiet", "--no-video", "--", "{}"}, nil},
		{"cvlc", []string{"--play-and-exit", "{}"}, nil},
		{"play", []string{"-q", "{}"}, nil},
		{"pw-play", []string{"{}"}, []string{".wav", ".ogg", ".oga", ".flac"}},
		{"paplay", []string{"{}"}, []string{".wav", ".ogg", ".oga", ".flac"}},
		{"aplay", []string{"-q", "{}"}, []string{".wav"}},
	}
}

// recorders are those of a system. What is compressed comes first: it costs a
// tenth to send.
func (s *studio) recorders(film bool) []tool {
	ogg, wav := []string{".ogg"}, []string{".wav"}
	switch {
	case s.goos == "windows":
		return nil // each wants the name of the microphone
	case s.goos == "darwin" && film:
		return []tool{{"ffmpeg", []string{"-y", "-loglevel", "error", "-f", "avfoundation", "-i", "0:0", "-vf", "scale=640:-2", "-b:v", "400k", "{}"}, []string{".mp4"}}}
	case s.goos == "darwin":
		return []tool{
			{"ffmpeg", []string{"-y", "-loglevel", "error", "-f", "avfoundation", "-i", ":0", "-ac", "1", "-c:a", "libopus", "-b:a", "{rate}", "{}"}, ogg},
			{"rec", []string{"-q", "-c", "1", "-r", "16000", "{}"}, wav},
		}
	case film:
		return []tool{{"ffmpeg", []string{"-y", "-loglevel", "error", "-f", "v4l2", "-i", "/dev/video0", "-f", "pulse", "-i", "default",
			"-vf", "scale=640:-2", "-b:v", "400k", "-ac", "1", "-b:a", "{rate}", "{}"}, []string{".mp4"}}}
	}
	return []tool{
		{"ffmpeg", []string{"-y", "-loglevel", "error", "-f", "pulse", "-i", "default", "-ac", "1", "-c:a", "libopus", "-b:a", "{rate}", "{}"}, ogg},
		{"parecord", []string{"--rate=16000", "--channels=1", "--file-format=wav", "{}"}, wav},
		{"arecord", []string{"-q", "-f", "S16_LE", "-r", "16000", "-c", "1", "{}"}, wav},
		{"rec", []string{"-q", "-c", "1", "-r", "16000", "{}"}, wav},
	}
}

// rates are bits a second by the quality that a form asks for.
var rates = map[string]string{"voice-only": "12k", "low": "24k", "normal": "64k"}

// find is the first of some tools that is there and takes the name.
func (s *studio) find(tools []tool, name string) (tool, string, bool) {
	for _, t := range tools {
		if len(t.only) > 0 && name != "" && !slices.Contains(t.only, strings.ToLower(filepath.Ext(name))) {
			continue
		}
		if at, err := s.look(t.program); err == nil {
			return t, at, true
		}
	}
	return tool{}, "", false
}

func isFilm(name string) bool {
	return slices.Contains([]string{".mp4", ".m4v", ".webm", ".mkv", ".mov", ".avi", ".3gp", ".mpg", ".mpeg", ".ogv"}, strings.ToLower(filepath.Ext(name)))
}

// Player implements [formview.Studio].
func (s *studio) Player(name string) string {
	t, _, _ := s.find(s.players(isFilm(name)), name)
	return t.program
}

// Players implements [formview.Studio].
func (s *studio) Players(name string) []string { return names(s.players(isFilm(name))) }

// Recorder implements [formview.Studio].
func (s *studio) Recorder(film bool) string {
	t, _, _ := s.find(s.recorders(film), "")
	return t.program
}

// Recorders implements [formview.Studio].
func (s *studio) Recorders(film bool) []string {
	if all := names(s.recorders(film)); len(all) > 0 {
		return all
	}
	return []string{"—"}
}

func names(tools []tool) (all []string) {
	for _, t := range tools {
		all = append(all, t.program)
	}
	return all
}

// folder is where a file stands meanwhile.
func (s *studio) folder() (string, error) {
	if at := os.Getenv("XDG_RUNTIME_DIR"); at != "" && s.goos == "linux" { // in memory
		if dir, err := os.MkdirTemp(at, "baraza-"); err == nil {
			return dir, nil
		}
	}
	return os.MkdirTemp("", "baraza-")
}

// Play implements [formview.Studio].
func (s *studio) Play(name string, content []byte, ended func(error)) (stop func()) {
	t, at, ok := s.find(s.players(isFilm(name)), name)
	if !ok {
		ended(exec.ErrNotFound)
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.jobs.run(func() error {
		defer cancel()
		dir, err := s.folder()
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		file := filepath.Join(dir, "file"+strings.ToLower(filepath.Ext(filepath.Base(name))))
		if err := os.WriteFile(file, content, 0o600); err != nil {
			return err
		}
		err = command(ctx, at, t.args, file, "").Run()
		if ctx.Err() != nil {
			return nil // it was stopped
		}
		return err
	}, ended)
	return cancel
}

// Record implements [formview.Studio].
func (s *studio) Record(film bool, quality string, ended func(ext string, content []byte, err error)) (stop func()) {
	t, at, ok := s.find(s.recorders(film), "")
	if !ok {
		ended("", nil, exec.ErrNotFound)
		return nil
	}
	rate := rates[quality]
	if rate == "" {
		rate = rates["low"]
	}
	ctx, cancel := context.WithTimeout(context.Background(), longestRecording)
	ext := t.only[0]
	var content []byte
	s.jobs.run(func() error {
		defer cancel()
		dir, err := s.folder()
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		file := filepath.Join(dir, "recording"+ext)
		run := command(ctx, at, t.args, file, rate).Run()
		if run != nil && ctx.Err() == nil {
			return run
		}
		r, err := os.Open(file)
		if err != nil {
			return err
		}
		defer r.Close()
		if content, err = io.ReadAll(io.LimitReader(r, workspace.MaxFile+1)); err == nil && len(content) > workspace.MaxFile {
			err = errTooLong
		}
		return err
	}, func(err error) { ended(ext, content, err) })
	return cancel
}

// command runs a program on a file. It is asked to end first, so that a recording
// is whole, and ended when it doesn't within some seconds.
func command(ctx context.Context, program string, args []string, file, rate string) *exec.Cmd {
	var all []string
	for _, a := range args {
		all = append(all, strings.NewReplacer("{}", file, "{rate}", rate).Replace(a))
	}
	c := exec.CommandContext(ctx, program, all...)
	var once sync.Once
	c.Cancel = func() (err error) {
		once.Do(func() {
			if err = c.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
				err = c.Process.Kill() // a system without that signal
			}
		})
		return err
	}
	c.WaitDelay = 5 * time.Second
	return c
}
