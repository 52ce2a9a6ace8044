//go:build linux

package powercut

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
)

const sectorSize = 512

// A Survival is what the disk makes of the writes that no flush has followed.
type Survival uint8

// The survivals. A disk with a cache may do any of this.
const (
	Nothing Survival = iota
	Everything
	Some   // each write or not
	Prefix // in order, up to one of them
	Torn   // each sector or not
	survivals
)

func (s Survival) String() string {
	return [...]string{"nothing", "everything", "some writes", "a prefix", "some sectors"}[s]
}

// A Cut is a state of the disk after the power went.
type Cut struct {
	// At is the number of events before the cut, of all that were recorded.
	At       int
	Survival Survival
	// Pending counts the writes without a flush.
	Pending int
	// Acked is the last count that each who was told.
	Acked map[int]int

	kind  FileSystem
	image *image
}

func (c *Cut) String() string {
	return fmt.Sprintf("%s, power cut after event %d, %s of %d writes survived", c.kind.Name, c.At, c.Survival, c.Pending)
}

// Cuts draws n moments of the recording and yields them in their order, the
// kinds of survival in turn.
func (r *Recording) Cuts(n int, seed uint64) iter.Seq[*Cut] {
	draw := rand.New(rand.NewPCG(seed, 7))
	return func(yield func(*Cut) bool) {
		points := make([]int, n)
		for i := range points {
			points[i] = draw.IntN(len(r.events) + 1)
		}
		slices.Sort(points)
		flushed := r.base.clone() // up to the last flush before the cut
		var pending []event       // since then
		acked := map[int]int{}
		at := 0
		for i, point := range points {
			for ; at < point; at++ {
				switch e := r.events[at]; e.kind {
				case eventWrite:
					pending = append(pending, e)
				case eventFlush:
					for _, w := range pending {
						flushed.writeAt(w.data, w.at)
					}
					pending = pending[:0]
				case eventAck:
					acked[e.ack.Who] = e.ack.Count
				}
			}
			c := &Cut{At: point, Survival: Survival(i % int(survivals)), Pending: len(pending), Acked: map[int]int{}, kind: r.kind, image: flushed.clone()}
			for who, count := range acked {
				c.Acked[who] = count
			}
			survive(c.image, pending, c.Survival, draw)
			if !yield(c) {
				return
			}
		}
	}
}

func survive(m *image, pending []event, how Survival, draw *rand.Rand) {
	kept := len(pending)
	if how == Prefix {
		kept = draw.IntN(kept + 1)
	}
	for i, w := range pending {
		switch {
		case how == Everything, how == Prefix && i < kept, how == Some && draw.IntN(2) == 0:
			m.writeAt(w.data, w.at)
		case how == Torn:
			for o := 0; o < len(w.data); o += sectorSize {
				if draw.IntN(2) == 0 {
					m.writeAt(w.data[o:min(o+sectorSize, len(w.data))], w.at+int64(o))
				}
			}
		}
	}
}

// Try mounts what the cut left and runs check in it. The kernel replays the
// file system's own journal first, as after any power cut.
func (r *Rig) Try(c *Cut, check func(dir string) error) error {
	return r.inMemory(c.image, func(file string) error {
		return r.mounted(c.kind, file, check)
	})
}
