package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/windows/registry"
)

// personsClasses are those of the person who is logged in.
const personsClasses = `Software\Classes`

// asked does what was asked for, and reports whether anything was.
func (r registration) asked() (bool, error) {
	if !*r.on && !*r.off {
		return false, nil
	}
	program, err := os.Executable()
	if err != nil {
		return true, err
	}
	if *r.off {
		return true, forget(personsClasses, classes(program))
	}
	return true, register(personsClasses, classes(program))
}

// register writes keys below a place of the person's registry.
func register(below string, keys []key) error {
	for _, k := range keys {
		made, _, err := registry.CreateKey(registry.CURRENT_USER, below+`\`+k.path, registry.SET_VALUE)
		if err != nil {
			return fmt.Errorf("make the key %s: %w", k.path, err)
		}
		for _, v := range k.values {
			if err == nil {
				err = made.SetStringValue(v.name, v.text)
			}
		}
		made.Close()
		if err != nil {
			return fmt.Errorf("write the key %s: %w", k.path, err)
		}
	}
	return nil
}

// forget takes keys away again. What another program has put into their place or beside them stays.
func forget(below string, keys []key) error {
	for _, k := range slices.Backward(keys) {
		path := below + `\` + k.path
		open, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE|registry.SET_VALUE)
		if errors.Is(err, registry.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("open the key %s: %w", k.path, err)
		}
		for _, v := range k.values {
			if is, _, err := open.GetStringValue(v.name); err == nil && is == v.text {
				_ = open.DeleteValue(v.name)
			}
		}
		names, err := open.ReadValueNames(1)
		open.Close()
		if err == nil && len(names) > 0 {
			continue // another program's
		}
		_ = registry.DeleteKey(registry.CURRENT_USER, path) // one that still has others below it stays
	}
	return nil
}
