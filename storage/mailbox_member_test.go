package storage

import (
	"errors"
	"testing"
)

func TestACardIsCheckedAgainOnlyWhenItsBytesChange(t *testing.T) {
	checked := 0
	broken := errors.New("broken")
	last := lastRead[string]{parse: func(b []byte) (string, error) {
		checked++
		if b[0] == 'x' {
			return "", broken
		}
		return string(b), nil
	}}
	data := []byte("first")
	for range 3 {
		if v, err := last.read(data); v != "first" || err != nil {
			t.Fatalf("read %q, %v", v, err)
		}
	}
	if checked != 1 {
		t.Errorf("the same bytes were checked %d times", checked)
	}
	copy(data, "third") // the caller's own bytes changed
	if v, _ := last.read(data); v != "third" {
		t.Errorf("after a change of the bytes: %q", v)
	}
	for range 2 {
		if _, err := last.read([]byte("x")); err != broken {
			t.Errorf("a broken card: %v", err)
		}
	}
	if v, _ := last.read([]byte("third")); v != "third" || checked != 4 {
		t.Errorf("after a broken card: %q, checked %d times", v, checked)
	}
}
