//go:build linux

package powercut

// An Ack says that somebody was told how far it got: Who counts up to Count.
type Ack struct {
	Who   int
	Count int
}

// A Recording is all that happened to a disk, from a freshly made file system on.
type Recording struct {
	kind   FileSystem
	base   *image
	events []event

	// Writes, Flushes and Acks count what was recorded.
	Writes, Flushes, Acks int
}

// Record makes a file system, runs load in it and records. What load hands to
// ack counts as acknowledged from then on: it must go on only when ack has
// returned, or a cut could fall between.
func (r *Rig) Record(kind FileSystem, load func(dir string, ack func(Ack)) error) (*Recording, error) {
	rec := &Recording{kind: kind}
	err := r.served(newImage(kind.size), func(d *disk, file string) error {
		if err := r.mkfs(kind, file); err != nil {
			return err
		}
		return r.mounted(kind, file, func(dir string) error {
			if err := r.sync(); err != nil {
				return err
			}
			d.mu.Lock()
			rec.base, d.record = d.image.clone(), true
			d.mu.Unlock()
			err := load(dir, func(a Ack) { d.note(event{kind: eventAck, ack: a}) })
			d.mu.Lock()
			rec.events, d.record, d.events = d.events, false, nil
			d.mu.Unlock()
			return err
		})
	})
	for _, e := range rec.events {
		switch e.kind {
		case eventWrite:
			rec.Writes++
		case eventFlush:
			rec.Flushes++
		case eventAck:
			rec.Acks++
		}
	}
	return rec, err
}
