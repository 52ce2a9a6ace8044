package workspace

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func diary(t *testing.T, dir string) *Diary {
	t.Helper()
	d, err := OpenDiary(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func (d *Diary) says(t *testing.T) string {
	t.Helper()
	text, err := d.Text(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheDiaryHoldsNoNamesAndNoAnswers(t *testing.T) {
	d := diary(t, t.TempDir())
	log := slog.New(d).With("peer", "https://mwalo.example", "hub", "5R1V-0V3X")
	log.Info("exchange ended", "sent", 3, "bytes_up", 1200, "author", "Salma Ben Amara", "answer", "Prices first.")
	log.Warn("a file can't be read", "error", errors.Join(&fs.PathError{Op: "open", Path: "/home/salma/secret.pdf", Err: fs.ErrNotExist}))
	log.WithGroup("person").Info("grouped", "name", "Salma", "took", 12)
	text := d.says(t)
	for _, secret := range []string{"Salma", "Prices", "secret.pdf", "mwalo.example"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q stands in\n%s", secret, text)
		}
	}
	for _, wanted := range []string{"exchange ended", `"sent":3`, `"bytes_up":1200`, "5R1V-0V3X", "file does not exist", `"took":12`} {
		if !strings.Contains(text, wanted) {
			t.Errorf("%q is missing in\n%s", wanted, text)
		}
	}
}

func TestTheDiaryGoesOnAfterARestartAndStaysShort(t *testing.T) {
	dir := t.TempDir()
	log := slog.New(diary(t, dir))
	for range 5_000 {
		log.Info("one line of a log that is about as long as most of them are", "bytes", 12345)
	}
	again := diary(t, dir)
	slog.New(again).Info("after the restart")
	text := again.says(t)
	if len(text) > 2*maxDiary || len(text) < maxDiary/2 {
		t.Errorf("the diary has %d bytes", len(text))
	}
	if !strings.HasSuffix(strings.TrimSpace(text), `"msg":"after the restart"}`) {
		t.Errorf("it ends with %q", text[max(0, len(text)-100):])
	}
}

func TestALineThatTheEndOfTheMachineCutOffIsLeftOut(t *testing.T) {
	dir := t.TempDir()
	d := diary(t, dir)
	slog.New(d).Info("whole")
	f, err := os.OpenFile(filepath.Join(dir, diaryName), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"msg":"cut o`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if text := d.says(t); strings.Contains(text, "cut o") || !strings.Contains(text, "whole") {
		t.Errorf("the diary says %q", text)
	}
}

func TestAClearedDiaryHoldsNothingAndGoesOn(t *testing.T) {
	dir := t.TempDir()
	d := diary(t, dir)
	log := slog.New(d)
	for range 3_000 { // into the second file
		log.Info("before", "origin", "5R1V-0V3X", "took", 12)
	}
	if err := d.Clear(); err != nil {
		t.Fatal(err)
	}
	if text := d.says(t); text != "" {
		t.Errorf("%d bytes are left", len(text))
	}
	log.Info("after")
	if text := d.says(t); !strings.Contains(text, "after") || strings.Contains(text, "before") {
		t.Errorf("it does not go on: %s", text)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
}
