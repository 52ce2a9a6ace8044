package simdisk

// Copy returns another disk with the same files as programs see them now, all
// of them durable: what somebody makes who copies a folder or a whole machine.
func (d *Disk) Copy(seed uint64) *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := New(seed)
	c.capacity, c.used = d.capacity, d.used
	c.root = copied(d.root)
	return c
}

func copied(from *dir) *dir {
	to := newDir()
	for name, e := range from.names {
		if e.dir != nil {
			e.dir = copied(e.dir)
		} else {
			data := e.file.data[:len(e.file.data):len(e.file.data)]
			e.file = &inode{data: data, durable: data}
		}
		to.names[name], to.durable[name] = e, e
	}
	return to
}
