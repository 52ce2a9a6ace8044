package bundle

import (
	"encoding/hex"
	"fmt"

	"baraza.example/sync/batch"
)

// Add writes records that the caller has checked, without another look at
// them: a store's own, or those of a hub's custody.
func (b *Bundle) Add(records ...batch.Carried) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range records {
		if err := b.say(batch.Frame{Type: batch.FrameRecord, Record: r}); err != nil {
			return err
		}
		b.chains[r.Chain].settle()
	}
	return nil
}

// say adds a frame to what is written, beginning a part where there is none.
func (b *Bundle) say(f batch.Frame) error {
	if b.out == nil {
		b.out = b.newWriter()
	}
	var counts Counts
	switch f.Type {
	case batch.FrameRecord:
		counts.Records = 1
	case batch.FrameLeaf:
		counts.Leaves = 1
	case batch.FrameReceipts:
		counts.Receipts = len(f.Receipts.Entries)
	case batch.FrameCustody:
		counts.Words = 1
	case batch.FrameRevoked:
		counts.Revoked = len(f.Revoked)
	}
	if b.frames++; b.frames > b.options.Limits.Frames {
		return fmt.Errorf("more than %d frames: %w", b.options.Limits.Frames, ErrLimit)
	}
	offset, err := b.out.frame(f, counts)
	if err != nil {
		return err
	}
	at := place{int32(len(b.parts) - 1), offset}
	part := &b.parts[at.file]
	part.Counts.add(counts)
	return b.note(f, at, b.out.head.Time, &Counts{})
}

func (b *Bundle) newWriter() *writer {
	o := b.options
	w := &writer{root: b.root, size: o.PartSize, head: Head{Version: version, Bundle: b.id, Role: o.Writer.Role, Writer: o.Writer.ID, Time: o.Clock().Unix()}}
	if o.Writer.Role != batch.RoleDevice {
		w.head.Name = o.Writer.Name
	}
	if o.Identity != nil {
		w.head.Key, w.head.Writer = o.Identity.Card.DeviceKey, o.Identity.ID()
		w.sign = func(tail []byte) []byte { return o.Identity.Sign(domainBundle, tail) }
	}
	w.name = func(part uint32) string {
		if b.single != "" && part == 1 && len(b.parts) == 0 { // else answers stand beside what was read
			return b.single
		}
		return PartName(b.id, part)
	}
	w.opened = func(name string) error {
		if len(b.parts) >= o.Limits.Files {
			return fmt.Errorf("more than %d files: %w", o.Limits.Files, ErrLimit)
		}
		b.parts = append(b.parts, Part{File: name, Head: w.head})
		return nil
	}
	return w
}

// PartName is how parts are called. Readers don't rely on it.
func PartName(id [16]byte, part uint32) string {
	return fmt.Sprintf("baraza-%s-%03d%s", hex.EncodeToString(id[:4]), part, Extension)
}
