package storage

import "sync"

// memoryIndex is the index as an ordered map, made anew from the journal at
// each start.
type memoryIndex struct {
	mu   sync.Mutex
	data ordered[[]byte]
}

func (x *memoryIndex) view() (view, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return memoryView{x.data}, nil
}

func (x *memoryIndex) write(f func(w writer) error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	w := &memoryWriter{memoryView{x.data}}
	if err := f(w); err != nil {
		return err
	}
	x.data = w.data
	return nil
}

func (x *memoryIndex) part() (bytes, count int) { return 1 << 30, 1 << 30 }
func (x *memoryIndex) close() error             { return nil }

type memoryView struct{ data ordered[[]byte] }

func (v memoryView) get(key string) ([]byte, error) {
	b, ok := v.data.get(key)
	if !ok {
		return nil, errNone
	}
	return b, nil
}

func (v memoryView) scan(from string) cursor { return memoryCursor{v.data.from(from)} }
func (v memoryView) done()                   {}

type memoryCursor struct{ w *walk[[]byte] }

func (c memoryCursor) next() (string, []byte, bool, error) {
	key, value, ok := c.w.next()
	return key, value, ok, nil
}

func (c memoryCursor) close() {}

type memoryWriter struct{ memoryView }

func (w *memoryWriter) set(key string, value []byte) error {
	w.data = w.data.put(key, value)
	return nil
}

func (w *memoryWriter) del(key string) error {
	w.data = w.data.del(key)
	return nil
}
