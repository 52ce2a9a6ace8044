package exchange

import (
	"testing"
	"testing/synctest"
	"unsafe"

	"baraza.example/sync/batch"
)

// An endless Conn says the same again and again.
type endless struct {
	says []byte
	at   int
}

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, e.says[e.at:])
	e.at = (e.at + n) % len(e.says)
	return n, nil
}

func (*endless) Write(b []byte) (int, error) { return len(b), nil }
func (*endless) CloseWrite() error           { return nil }
func (*endless) Close() error                { return nil }

// TestTinyFramesWaitWithinBounds: a frame of three bytes takes more than a thousand
// in memory, and that is what is counted of those that wait.
func TestTinyFramesWaitWithinBounds(t *testing.T) {
	if size := unsafe.Sizeof(batch.Frame{}); size > frameWeight*11/10 {
		t.Errorf("a frame takes %d bytes, and %d are counted", size, frameWeight)
	}
	for name, f := range map[string]batch.Frame{"tiny": {Type: batch.FrameAck, Ack: 1}, "leaves": {Type: batch.FrameLeaf, Leaf: batch.Leaf{Sealed: make([]byte, batch.LeafSize)}}} {
		synctest.Test(t, func(t *testing.T) {
			b := f.Append(nil)
			w := newWire(&endless{says: b}, 0, make(chan struct{}, 1))
			synctest.Wait() // until no more may wait
			frames, err := w.take()
			if most := readAhead/(frameWeight+len(b)) + 1; err != nil || len(frames) == 0 || len(frames) > most {
				t.Errorf("%s: %d frames wait, %d at most, %v", name, len(frames), most, err)
			}
			w.close()
		})
	}
}
