package app

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// programs is a studio whose system has scripts for programs, and no others.
func programs(t *testing.T, scripts map[string]string) *studio {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the programs are scripts of a shell")
	}
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	j := &jobs{away: func(f func()) { go f() }, here: func(f func()) { f() }}
	s := newStudio(j)
	s.goos = "linux"
	s.look = func(name string) (string, error) {
		at := filepath.Join(dir, name)
		if _, err := os.Stat(at); err != nil {
			return "", exec.ErrNotFound
		}
		return at, nil
	}
	return s
}

type heard struct {
	ext     string
	content string
	err     error
}

func waits[T any](t *testing.T, from chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(20 * time.Second):
		t.Fatal("it never ends")
	}
	return got
}

// leftovers are the files that a studio left where it put them meanwhile.
func leftovers(t *testing.T) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(os.Getenv("XDG_RUNTIME_DIR"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestASoundIsRecordedUntilItIsStopped(t *testing.T) {
	// The program goes on until it is interrupted, and then writes the end.
	s := programs(t, map[string]string{"parecord": `for f; do :; done
printf begin > "$f"; trap 'printf " end" >> "$f"; exit 0' INT; touch "$f.on"; while :; do sleep 0.05; done`})
	if s.Recorder(false) != "parecord" || s.Recorder(true) != "" {
		t.Errorf("it records with %q, films with %q", s.Recorder(false), s.Recorder(true))
	}
	done := make(chan heard, 1)
	stop := s.Record(false, "low", func(ext string, content []byte, err error) { done <- heard{ext, string(content), err} })
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if on, _ := filepath.Glob(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "*", "*.on")); len(on) > 0 {
			break // it has begun
		}
	}
	stop()
	if got := waits(t, done); got.err != nil || got.ext != ".wav" || got.content != "begin end" {
		t.Errorf("recorded %+v", got)
	}
	if left := leftovers(t); len(left) > 0 {
		t.Errorf("what was recorded still lies in %v", left)
	}
}

func TestARecordingThatFailsIsTold(t *testing.T) {
	s := programs(t, map[string]string{"ffmpeg": "exit 1"})
	done := make(chan heard, 1)
	s.Record(true, "", func(ext string, content []byte, err error) { done <- heard{ext, string(content), err} })
	if got := waits(t, done); got.err == nil || got.content != "" {
		t.Errorf("recorded %+v", got)
	}
	none := programs(t, nil)
	none.Record(false, "", func(ext string, content []byte, err error) { done <- heard{ext, string(content), err} })
	if got := waits(t, done); !errors.Is(got.err, exec.ErrNotFound) {
		t.Errorf("without a program: %+v", got)
	}
	if all := none.Recorders(true); len(all) != 1 || all[0] != "ffmpeg" {
		t.Errorf("%v would do", all)
	}
}

func TestAFileIsPlayedByAProgramThatCan(t *testing.T) {
	out := filepath.Join(t.TempDir(), "heard")
	s := programs(t, map[string]string{"aplay": `for f; do :; done; cat "$f" > ` + out + `; case "$f" in *"; rm"*) exit 9;; esac`, "mpv": "sleep 60"})
	if s.Player("a.wav") != "mpv" || s.Player("a.MP4") != "mpv" {
		t.Errorf("%q and %q play", s.Player("a.wav"), s.Player("a.MP4"))
	}
	done := make(chan error, 1)
	stop := s.Play("a.ogg", []byte("x"), func(err error) { done <- err })
	stop()
	if err := waits(t, done); err != nil {
		t.Errorf("stopped: %v", err)
	}
	only := programs(t, map[string]string{"aplay": `for f; do :; done; cat "$f" > ` + out})
	if only.Player("a.ogg") != "" || !strings.Contains(strings.Join(only.Players("a.ogg"), " "), "mpv") {
		t.Error("a program that can't play it is named")
	}
	only.Play(`$(touch x); rm "../a`+"\n"+`.wav`, []byte("drops"), func(err error) { done <- err })
	if err := waits(t, done); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile(out); string(b) != "drops" {
		t.Errorf("%q was played", b)
	}
	if left := leftovers(t); len(left) > 0 {
		t.Errorf("what was played still lies in %v", left)
	}
}
