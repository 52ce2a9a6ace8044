package workspace

// A Network is what the system tells of the one this device is on. The zero value is
// one of which nothing is known.
type Network struct {
	ID      string // the same whenever the device is there: kept, never sent
	Name    string // for people
	Metered *bool  // whether the system says that it costs money; nil: it doesn't say
}

// CurrentNetwork asks the system. It takes no longer than a second.
func CurrentNetwork() Network { return network() }
