//go:build !windows

package main

func (r registration) asked() (bool, error) {
	if *r.on || *r.off {
		return true, errNotRegistered
	}
	return false, nil
}
