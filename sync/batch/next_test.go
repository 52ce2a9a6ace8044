package batch

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

func TestARecordThatFollowsAnotherTravelsWithoutItsHeader(t *testing.T) {
	d := newDevice(t, 1)
	first, second, third := d.response("one"), d.response("two"), d.response("three")
	if !second.Follows(first) || third.Follows(first) || first.Follows(second) {
		t.Fatal("what follows what is mistaken")
	}
	hub := []Stop{{Hub: newDevice(t, 2).ID(), Time: 1_790_000_000}}
	full := Frame{Type: FrameRecord, Record: Carried{Record: second}}.Append(nil)
	short := Frame{Type: FrameRecord, Next: true, Record: Carried{Record: second}}.Append(nil)
	if saved := len(full) - len(short); saved < 60 {
		t.Errorf("%d bytes instead of %d", len(short), len(full))
	}
	stream := Frame{Type: FrameRecord, Record: Carried{Record: first}}.Append(nil)
	stream = append(stream, short...)
	stream = Frame{Type: FrameRecord, Next: true, Record: Carried{Record: third, Path: hub}}.Append(stream)
	in := NewReader(bytes.NewReader(stream))
	for _, want := range []Record{first, second, third} {
		f, err := in.Next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Type != FrameRecord || f.Record.ID != want.ID || !bytes.Equal(f.Record.Envelope, want.Envelope) || f.Record.Header != want.Header {
			t.Fatalf("came as %+v", f.Record.Header)
		}
		if err := f.Record.Verify(d.Card.DeviceKey); err != nil {
			t.Fatal(err)
		}
		if f.Next != (want.Seq > first.Seq) || (len(f.Record.Path) == 1) != (want.ID == third.ID) {
			t.Errorf("record %d: short is %v, path %v", want.Seq, f.Next, f.Record.Path)
		}
	}
	if _, err := in.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

func TestARecordThatFollowsNothingIsDamage(t *testing.T) {
	d := newDevice(t, 1)
	first := d.response("one")
	second := d.response("two")
	short := Frame{Type: FrameRecord, Next: true, Record: Carried{Record: second}}.Append(nil)
	before := Frame{Type: FrameRecord, Record: Carried{Record: first}}.Append(nil)
	for name, stream := range map[string][]byte{
		"first of all": short,
		"cut short":    append(bytes.Clone(before), framed(FrameNext, short[2:len(short)-1])...),
		"no array":     append(bytes.Clone(before), framed(FrameNext, []byte{0xa0})...),
		"a bad kind":   append(bytes.Clone(before), framed(FrameNext, []byte{0x85, 0x01, 0x05, 0x40, 0x58, 0x40})...),
		"no signature": append(bytes.Clone(before), framed(FrameNext, []byte{0x85, 0x10, 0x01, 0x40, 0x40, 0x80})...),
		"a response in clear": append(bytes.Clone(before), Frame{Type: FrameRecord, Next: true, Record: Carried{Record: func() Record {
			r := second
			r.Epoch = 0
			return r
		}()}}.Append(nil)...),
	} {
		in := NewReader(bytes.NewReader(stream))
		var err error
		for err == nil {
			_, err = in.Next()
		}
		var damage *DamageError
		if !errors.As(err, &damage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Behind another record it is another one, and nobody signed that.
	stranger := newDevice(t, 3).response("x")
	stream := append(Frame{Type: FrameRecord, Record: Carried{Record: stranger}}.Append(nil), short...)
	in := NewReader(bytes.NewReader(stream))
	if _, err := in.Next(); err != nil {
		t.Fatal(err)
	}
	f, err := in.Next()
	if err != nil || f.Record.ID == second.ID || f.Record.Verify(d.Card.DeviceKey) == nil {
		t.Errorf("taken for the one it was: %v", err)
	}
}
