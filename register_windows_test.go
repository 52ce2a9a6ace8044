package main

import (
	"errors"
	"testing"

	"golang.org/x/sys/windows/registry"
)

func TestTheRegistryIsWrittenAndLeftAsItWas(t *testing.T) {
	const below = `Software\Baraza test of the registration`
	top, _, err := registry.CreateKey(registry.CURRENT_USER, below, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	top.Close()
	t.Cleanup(func() { _ = registry.DeleteKey(registry.CURRENT_USER, below) })
	keys := classes(`C:\baraza.exe`)
	for range 2 { // again after the program was moved, say
		if err := register(below, keys); err != nil {
			t.Fatal(err)
		}
	}
	k, err := registry.OpenKey(registry.CURRENT_USER, below+`\baraza\shell\open\command`, registry.QUERY_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	if command, _, err := k.GetStringValue(""); err != nil || command != `"C:\baraza.exe" -- "%1"` {
		t.Errorf("the command is %q, %v", command, err)
	}
	k.Close()
	if err := forget(below, keys); err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if _, err := registry.OpenKey(registry.CURRENT_USER, below+`\`+k.path, registry.QUERY_VALUE); !errors.Is(err, registry.ErrNotExist) {
			t.Errorf("%s is left: %v", k.path, err)
		}
	}
}
