package main

import (
	"errors"
	"strings"

	"baraza.example/forms/session"
	"baraza.example/storage"
)

// say puts an error into one line for the person at the terminal: what
// happened, what is safe, and what to do.
func say(err error) string {
	var v *session.Violation
	switch {
	case errors.Is(err, storage.ErrInUse):
		return "another program has this folder open; close it first. Nothing was changed."
	case errors.Is(err, storage.ErrSpace):
		return err.Error() + ". Everything saved so far is safe; free some space and try again."
	case errors.As(err, &v):
		return "the form does not accept an answer: " + oneLine(err)
	}
	return oneLine(err)
}

// oneLine joins what errors.Join has put on lines of their own.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
