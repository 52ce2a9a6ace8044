package exchange

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"baraza.example/sync/batch"
)

// A wire is a Conn as a run uses it: frames are read ahead while the run is
// busy with others, bytes are counted, and what never ends is cut off.
type wire struct {
	conn    Conn
	silence time.Duration // 0: the run has its own timer

	mu     sync.Mutex
	frames []batch.Frame
	size   int64 // of frames, in bytes of memory
	err    error // why reading ended
	drop   bool  // nobody wants frames any more

	ready chan struct{} // something was put
	room  chan struct{} // something was taken
	done  chan struct{}
	over  chan struct{} // nothing is read any more
	ended sync.WaitGroup

	read, wrote atomic.Int64
	silent      atomic.Bool   // the connection was closed for silence
	unframed    int64         // bytes since the last frame; only the reading goroutine's
	waited      time.Duration // spent on them
}

const (
	readAhead   = 512 << 10           // bytes of frames that may wait for the run
	frameWeight = 1300                // bytes that a frame takes in memory, however short it was
	maxDrained  = 1 << 20             // bytes that are read and dropped at the end
	maxUnframed = batch.MaxRecord * 2 // bytes that may come without a frame we know
	slowest     = 125                 // bytes a second that a server still waits for
)

// newWire begins to read from c; ready gets a signal when something was put, and may be that of several.
func newWire(c Conn, silence time.Duration, ready chan struct{}) *wire {
	w := &wire{conn: c, silence: silence, ready: ready, room: make(chan struct{}, 1), done: make(chan struct{}), over: make(chan struct{})}
	w.ended.Go(w.readFrames)
	return w
}

// close gives the connection up and waits until nothing of it runs.
func (w *wire) close() {
	close(w.done)
	w.conn.Close()
	w.ended.Wait()
}

func (w *wire) readFrames() {
	defer close(w.over)
	r := batch.NewReader((*wireReader)(w))
	for {
		before := r.Offset()
		f, err := r.Next()
		w.unframed, w.waited = 0, 0
		if !w.put(f, r.Offset()-before, err) {
			// Bytes left unread would reset the connection and take with them
			// what we say last.
			io.CopyN(io.Discard, w.conn, maxDrained)
			return
		}
	}
}

func (w *wire) put(f batch.Frame, size int64, err error) bool {
	w.mu.Lock()
	if err != nil {
		w.err = err
	} else if !w.drop {
		w.frames = append(w.frames, f)
		w.size += size + frameWeight
	}
	full := w.size > readAhead
	w.mu.Unlock()
	signal(w.ready)
	for full && err == nil {
		select {
		case <-w.room:
		case <-w.done:
			return false
		}
		w.mu.Lock()
		full = w.size > readAhead
		w.mu.Unlock()
	}
	return err == nil
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take returns what has been read, and why reading ended once all was taken.
func (w *wire) take() ([]batch.Frame, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	frames := w.frames
	w.frames, w.size = nil, 0
	signal(w.room)
	if len(frames) > 0 {
		if w.err != nil {
			signal(w.ready)
		}
		return frames, nil
	}
	return nil, w.err
}

// linger lets the peer read what was written last: it waits for the end of
// the peer's stream, but not for long, and drops what still comes.
func (w *wire) linger() {
	w.conn.CloseWrite()
	w.mu.Lock()
	w.drop, w.frames, w.size = true, nil, 0
	w.mu.Unlock()
	signal(w.room)
	t := time.NewTimer(lingering)
	defer t.Stop()
	select {
	case <-w.over:
	case <-t.C:
	}
}

const lingering = 5 * time.Second

// write puts b on the connection; with silence set, a peer that does not read
// is given up.
func (w *wire) write(b []byte) error {
	stop := w.guard(w.silence + time.Duration(len(b))*time.Second/slowest)
	n, err := w.conn.Write(b)
	stop()
	w.wrote.Add(int64(n))
	if err != nil && w.silent.Load() {
		return ErrStalled
	}
	return err
}

// guard closes the connection unless it is stopped in time.
func (w *wire) guard(d time.Duration) (stop func() bool) {
	if w.silence == 0 {
		return func() bool { return true }
	}
	return time.AfterFunc(d, func() {
		w.silent.Store(true)
		w.conn.Close()
	}).Stop
}

// wireReader is the reading side for batch.Reader.
type wireReader wire

var errFlood = &ProtocolError{"frames that we know follow each other"}

func (r *wireReader) Read(b []byte) (int, error) {
	w := (*wire)(r)
	if w.unframed >= maxUnframed {
		return 0, errFlood
	}
	b = b[:min(int64(len(b)), maxUnframed-w.unframed)]
	start := time.Now()
	stop := w.guard(w.silence)
	n, err := w.conn.Read(b)
	stop()
	w.read.Add(int64(n))
	w.unframed += int64(n)
	w.waited += time.Since(start)
	switch {
	case w.silent.Load():
		err = ErrStalled
	case w.silence > 0 && w.waited > w.silence+time.Duration(w.unframed)*time.Second/slowest:
		err = ErrStalled
	}
	return n, err
}

// cut says in our words that a stream ended where it should not.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	return err
}

var errCut = errors.New("the connection was cut")
