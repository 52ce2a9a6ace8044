package bundle

import "bytes"

// ScanBytes reads and indexes a part that is in memory.
func ScanBytes(raw []byte, frames int) (Part, error) {
	b := &Bundle{options: Options{Limits: Limits{Frames: frames}}.filled(), index: newIndex()}
	var counts Counts
	p, err := scan(bytes.NewReader(raw), func(h Head, payload []byte, offset int64) error {
		return b.indexBlock(payload, place{0, offset}, h.Time, &counts)
	})
	for _, c := range b.chains {
		c.sort()
	}
	p.Counts = counts
	return p, err
}
