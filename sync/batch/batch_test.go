package batch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"baraza.example/sync/catalogue"
	"baraza.example/sync/identity"
)

// everyFrame is one frame of each type, as a run might have them.
func everyFrame(t testing.TB) []Frame {
	t.Helper()
	d, hub, l := newDevice(t, 1), newDevice(t, 2), newLog(t, 9)
	centre, _ := newCentre(t, 3)
	card, _ := centre.MarshalBinary()
	first, second := d.response("one"), d.response("two")
	file, leaves := d.attachment(make([]byte, LeafSize+9))
	custody := SignCustody(hub.Identity, Custody{Name: "Radio Amani", Held: []Have{first.Have()}, Time: 1_790_000_000})
	at := l.checkpoint(4)
	revoked, _ := d.Revoke(hub.ID())
	publisher := centre
	publisher.LogKey = l.Key
	published, err := catalogue.Sign(l.key, publisher, catalogue.Publication{Number: 1, Issued: 1_790_000_000, Kind: catalogue.Announcement, Text: "Answers are taken until 30 June."})
	if err != nil {
		t.Fatal(err)
	}
	asked := clarification(t, d.ID(), "Which shore?")
	return []Frame{
		{Type: FrameHello, Hello: Hello{Oldest: OldestVersion, Newest: ProtocolVersion, Role: RoleHub, ID: hub.ID(), Name: "Radio Amani", Time: 1_790_000_000, Centre: [16]byte{1}}},
		{Type: FrameOffer, Offer: Offer{Origin: d.ID(), Position: Position{4, at.Hash}, Tails: []Tail{{first.Chain, 1, second.Have()}}}},
		{Type: FrameOffer, Offer: Offer{Origin: d.ID()}},
		{Type: FrameRecord, Record: Carried{Record: first}},
		{Type: FrameRecord, Record: Carried{Record: second, Path: []Stop{{Hub: hub.ID(), Time: 1_790_000_000}}}},
		{Type: FrameLeaf, Leaf: Leaf{Attachment: file.ID, Index: 1, Sealed: leaves[1]}},
		{Type: FrameHave, Have: []Have{first.Have(), file.Have()}},
		{Type: FrameHave, Have: []Have{}},
		{Type: FrameAck, Ack: 0},
		{Type: FrameAck, Ack: 1<<64 - 1},
		{Type: FrameCustody, Custody: custody},
		{Type: FrameReceipts, Receipts: l.receipts(4, 9, 2, 7)},
		{Type: FrameRefusal, Refusal: Refusal{Record: first.ID, Code: RefusedQuota, Detail: "10 MB a day", After: 3600}},
		{Type: FrameWant, Want: Want{Attachment: file.ID, Ranges: [][2]uint32{{0, 1}, {5, 9}}}},
		{Type: FrameCentre, Centre: card},
		{Type: FrameHello, Hello: Hello{Oldest: OldestVersion, Newest: ProtocolVersion, Role: RoleHub, ID: hub.ID(), Revoked: RevocationsHash([]identity.Revocation{revoked})}},
		{Type: FrameRevoked, Revoked: []identity.Revocation{revoked}},
		{Type: FrameHello, Hello: Hello{Oldest: OldestVersion, Newest: ProtocolVersion, Role: RoleHub, ID: hub.ID(), Published: published.Cursor().Bytes()}},
		{Type: FrameGet, Get: Get{Ranges: [][2]uint32{{1, catalogue.MaxPublications + 1}}}},
		{Type: FramePublished, Published: []catalogue.Publication{published}},
		{Type: FramePublished, Published: []catalogue.Publication{}},
		{Type: FrameGet, Get: Get{ID: catalogue.ID{1, 2, 3}, Ranges: [][2]uint32{}}},
		{Type: FrameSums, Sums: Sums{ID: catalogue.ID{1, 2, 3}, Sums: catalogue.OfOne([]byte("a leaf"))}},
		{Type: FramePiece, Piece: Piece{ID: catalogue.ID{1, 2, 3}, Bytes: []byte("a leaf")}},
		{Type: FramePiece, Piece: Piece{ID: catalogue.ID{1, 2, 3}, Index: 9, Bytes: []byte{}}},
		{Type: FrameAsk, Ask: Ask{After: 300}},
		{Type: FrameAsk, Ask: Ask{Origins: []identity.ID{d.ID(), hub.ID()}}},
		{Type: FrameNamed, Ask: Ask{Named: []Named{{d.ID(), 0}, {hub.ID(), 300}}}},
		{Type: FrameClarified, Clarified: Clarified{UpTo: 301}},
		{Type: FrameClarified, Clarified: Clarified{UpTo: 301, List: []Addressed{{asked, nil}, {asked, []identity.ID{hub.ID()}}}}},
		{Type: FrameBye},
	}
}

func TestEveryFrameIsReadBack(t *testing.T) {
	frames := everyFrame(t)
	var stream []byte
	var borders []int64
	for _, f := range frames {
		stream = f.Append(stream)
		borders = append(borders, int64(len(stream)))
	}
	for name, r := range map[string]io.Reader{"at once": bytes.NewReader(stream), "byte by byte": iotest.OneByteReader(bytes.NewReader(stream))} {
		in := NewReader(r)
		for i, want := range frames {
			got, err := in.Next()
			if err != nil {
				t.Fatalf("%s, frame %d of type %d: %v", name, i, want.Type, err)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(Record{}, identity.Envelope{}, catalogue.Publication{}), cmpopts.IgnoreUnexported(Leaf{}, Want{}, Stop{}, ReceiptLeaf{}, Get{}, Sums{}, Piece{}), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s, frame %d: %s", name, i, diff)
			}
			if in.Offset() != borders[i] {
				t.Fatalf("%s, frame %d ends at %d, not %d", name, i, borders[i], in.Offset())
			}
		}
		if _, err := in.Next(); err != io.EOF {
			t.Fatalf("%s, at the end: %v", name, err)
		}
	}
}

func TestABatchCutShortCountsUpToTheCut(t *testing.T) {
	first := Frame{Type: FrameAck, Ack: 300}.Append(nil)
	for _, f := range everyFrame(t) {
		stream := f.Append(bytes.Clone(first))
		for n := range stream {
			in, whole := NewReader(bytes.NewReader(stream[:n])), 0
			_, err := in.Next()
			for ; err == nil; _, err = in.Next() {
				whole++
			}
			want := io.ErrUnexpectedEOF
			if n == 0 || n == len(first) {
				want = io.EOF
			}
			if kept := n >= len(first); err != want || kept != (whole == 1) || kept && in.Offset() != int64(len(first)) {
				t.Fatalf("type %d cut at %d of %d: %d frames, %d bytes whole, %v", f.Type, n, len(stream), whole, in.Offset(), err)
			}
			if _, again := in.Next(); again != err {
				t.Fatalf("type %d cut at %d, asked again: %v", f.Type, n, again)
			}
		}
	}
}

func TestFramesOfANewerVersionArePassedOver(t *testing.T) {
	stream := Frame{Type: FrameAck, Ack: 1}.Append(nil)
	stream = append(stream, 200, 3, 'n', 'e', 'w')
	stream = append(stream, 0, 0)
	stream = Frame{Type: FrameAck, Ack: 2}.Append(stream)
	in := NewReader(bytes.NewReader(stream))
	for want := uint64(1); want <= 2; want++ {
		if f, err := in.Next(); err != nil || f.Ack != want {
			t.Fatalf("acknowledgement %d: %+v, %v", want, f, err)
		}
	}
	if in.Offset() != int64(len(stream)) {
		t.Fatalf("%d of %d bytes", in.Offset(), len(stream))
	}
}

func TestKeysOfANewerVersionArePassedOver(t *testing.T) {
	hello := Frame{Type: FrameHello, Hello: Hello{Newest: 2, Role: RoleDevice}}.payload()
	hello[0]++ // one pair more
	hello = append(hello, 0x18, 40, 0x63, 'n', 'e', 'w')
	in := NewReader(bytes.NewReader(framed(FrameHello, hello)))
	if f, err := in.Next(); err != nil || f.Hello.Newest != 2 {
		t.Fatalf("%+v, %v", f.Hello, err)
	}
}

func framed(t FrameType, payload []byte) []byte {
	return append(binary.AppendUvarint([]byte{byte(t)}, uint64(len(payload))), payload...)
}

func TestDamageIsPlacedAndEndsTheBatch(t *testing.T) {
	good := Frame{Type: FrameAck, Ack: 300}.Append(nil)
	good = append(good, 200, 1, 0) // unknown, and whole
	d := newDevice(t, 1)
	custody := SignCustody(d.Identity, Custody{Name: "hub"})
	custody.Time++
	record := d.response("one")
	longPath := Frame{Type: FrameRecord, Record: Carried{record, make([]Stop, MaxPath+1)}}.Append(nil)
	for name, bad := range map[string][]byte{
		"a length above the limit":          {byte(FrameAck), 11},
		"a length of 2⁶³":                   append([]byte{byte(FrameHello)}, binary.AppendUvarint(nil, 1<<63)...),
		"a length that never ends":          append([]byte{byte(FrameRecord)}, bytes.Repeat([]byte{0xff}, 100)...),
		"zeros that never end":              append([]byte{byte(FrameRecord)}, bytes.Repeat([]byte{0x80}, 100)...),
		"a length not in the shortest form": {200, 0x81, 0x00, 5},
		"a record a byte above the limit":   append([]byte{byte(FrameRecord)}, binary.AppendUvarint(nil, MaxRecord+4097)...),
		"an unknown frame above 64 KB":      append([]byte{200}, binary.AppendUvarint(nil, 64<<10+1)...),
		"an acknowledgement of nothing":     framed(FrameAck, nil),
		"an acknowledgement and more":       framed(FrameAck, []byte{1, 1}),
		"an acknowledgement in long form":   framed(FrameAck, []byte{0x81, 0}),
		"no CBOR":                           framed(FrameHello, []byte{0xff}),
		"a record that is none":             framed(FrameRecord, []byte{0x82, 0x41, 0, 0x80}),
		"a record with a flipped bit":       framed(FrameRecord, append([]byte{0x83}, Frame{Type: FrameRecord, Record: Carried{Record: record}}.payload()[1:]...)),
		"a path of 17 hubs":                 longPath,
		"custody that nobody signed":        Frame{Type: FrameCustody, Custody: custody}.Append(nil),
		"a name too long":                   Frame{Type: FrameHello, Hello: Hello{Name: string(make([]byte, identity.MaxName+1))}}.Append(nil),
		"a lane that does not exist":        Frame{Type: FrameHave, Have: []Have{{Chain: Chain{Lane: lanes}}}}.Append(nil),
		"a tail that begins at 0":           Frame{Type: FrameOffer, Offer: Offer{Tails: []Tail{{}}}}.Append(nil),
		"a tail that ends before it begins": Frame{Type: FrameOffer, Offer: Offer{Tails: []Tail{{First: 2, Top: Have{Seq: 1}}}}}.Append(nil),
		"a tail of no lane":                 Frame{Type: FrameOffer, Offer: Offer{Tails: []Tail{{Chain: Chain{Lane: lanes}, First: 1, Top: Have{Seq: 1}}}}}.Append(nil),
		"a negative position":               Frame{Type: FrameOffer, Offer: Offer{Position: Position{Size: -1}}}.Append(nil),
		"a position without a root":         framed(FrameOffer, append(append([]byte{0x84, 0x50}, make([]byte, 16)...), 0x01, 0x40, 0x80)),
	} {
		in := NewReader(bytes.NewReader(append(append([]byte(nil), good...), bad...)))
		if f, err := in.Next(); err != nil || f.Ack != 300 {
			t.Fatalf("%s: what came before gave %+v, %v", name, f, err)
		}
		_, err := in.Next()
		var damage *DamageError
		if !errors.As(err, &damage) || damage.Offset != int64(len(good)) || in.Offset() != damage.Offset {
			t.Errorf("%s: %v, %d bytes whole", name, err, in.Offset())
		}
		if _, again := in.Next(); again != err {
			t.Errorf("%s: asked again, %v", name, again)
		}
	}
}

func TestALineThatBreaksIsNoDamage(t *testing.T) {
	stream := Frame{Type: FrameAck, Ack: 1}.Append(nil)
	for n := range stream {
		broken := iotest.ErrReader(io.ErrClosedPipe)
		_, err := NewReader(io.MultiReader(bytes.NewReader(stream[:n]), broken)).Next()
		if err != io.ErrClosedPipe {
			t.Errorf("broken at %d: %v", n, err)
		}
	}
}

func TestRefusalsSayWhetherWaitingHelps(t *testing.T) {
	for code, want := range map[RefuseCode]bool{RefusedUnknown: true, RefusedGap: true, RefusedQuota: true, RefusedFull: true,
		RefusedBusy: true, RefusedToken: false, RefusedSignature: false, RefusedMalformed: false, RefusedFork: false, RefusedElsewhere: false, RefusedVersion: false} {
		if code.Temporary() != want {
			t.Errorf("%s: %v", code, !want)
		}
	}
	if got := (Refusal{Code: RefusedGap, Detail: "3 is missing"}).Error(); got != "refused: gap: 3 is missing" {
		t.Error(got)
	}
}

func FuzzReader(f *testing.F) {
	var all []byte
	for _, frame := range everyFrame(f) {
		f.Add(frame.Append(nil))
		all = frame.Append(all)
	}
	d := newDevice(f, 1)
	one := Frame{Type: FrameRecord, Record: Carried{Record: d.response("one")}}.Append(nil)
	f.Add(Frame{Type: FrameRecord, Next: true, Record: Carried{Record: d.response("two")}}.Append(one))
	f.Add(all)
	f.Fuzz(func(t *testing.T, stream []byte) {
		in, start := NewReader(bytes.NewReader(stream)), int64(0)
		for {
			frame, err := in.Next()
			if err != nil {
				break
			}
			end := in.Offset()
			if end <= start || end > int64(len(stream)) {
				t.Fatalf("a frame from %d to %d of %d bytes", start, end, len(stream))
			}
			// What was passed over may stand before the frame, never behind it.
			again := frame.Append(nil)
			switch frame.Type {
			case FrameHello, FrameRefusal, FrameBye: // may say more to a newer version
				reread, err := NewReader(bytes.NewReader(again)).Next()
				if err != nil || !bytes.Equal(reread.Append(nil), again) {
					t.Fatalf("encoded, decoded and encoded it is other bytes: %v", err)
				}
			default:
				if !bytes.HasSuffix(stream[start:end], again) {
					t.Fatalf("decoded and encoded frame of type %d is other bytes", frame.Type)
				}
			}
			start = end
		}
		if in.Offset() > int64(len(stream)) {
			t.Fatal("more was read than there is")
		}
	})
}
