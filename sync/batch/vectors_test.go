package batch

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"testing"
	"testing/cryptotest"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
	"baraza.example/sync/vectortest"
)

func number(n uint64) string { return strconv.FormatUint(n, 10) }

func TestVectorsOfRecords(t *testing.T) {
	v := vectortest.Load(t, "record", func() vectortest.File {
		d := newDevice(t, 1)
		signed := func(h Header, payload []byte) string {
			raw, err := identity.SignEnvelope(d.Device, h.Bytes(), payload)
			if err != nil {
				t.Fatal(err)
			}
			return hex.EncodeToString(raw)
		}
		valid := func(r Record) map[string]string {
			return map[string]string{"device_seed": hex.EncodeToString(d.Device.Seed()), "device_key": hex.EncodeToString(d.Card.DeviceKey),
				"origin": r.Origin.Hex(), "incarnation": number(r.Incarnation), "lane": number(uint64(r.Lane)), "seq": number(uint64(r.Seq)),
				"kind": number(uint64(r.Kind)), "consultation": hex.EncodeToString(r.Consultation[:]), "prev": hex.EncodeToString(r.Prev[:]), "epoch": number(uint64(r.Epoch)),
				"header": hex.EncodeToString(r.Header.Bytes()), "payload": hex.EncodeToString(r.Payload), "record": hex.EncodeToString(r.Envelope), "id": r.ID.String(), "code": r.ID.Code()}
		}
		sealed := func(plain string) Record {
			raw, _ := hex.DecodeString(plain)
			return d.sealed(KindResponse, Text, raw)
		}
		registration := d.registration(d.Card, [16]byte{1, 2, 3})
		first, second := sealed("00a0"), sealed("00a1")
		file, _ := d.attachment([]byte("a file of one leaf"))
		lost, err := d.Revoke(identity.ID{7})
		if err != nil {
			t.Fatal(err)
		}
		revocation := d.revocation(lost)
		damaged := func(why, refused, raw string) map[string]string {
			return map[string]string{"why": why, "refused_as": refused, "device_key": hex.EncodeToString(d.Card.DeviceKey), "record": raw}
		}
		change := func(why string, change func(*Header)) map[string]string {
			h := first.Header
			change(&h)
			return damaged(why, "record", signed(h, first.Payload))
		}
		flipped := bytes.Clone(first.Envelope)
		flipped[40] ^= 1
		other := newDevice(t, 2)
		forged, err := Make(other.Device, first.Header, first.Payload)
		if err != nil {
			t.Fatal(err)
		}
		newer := bytes.Clone(first.Header.Bytes())
		newer[1] = 2
		newerRaw, _ := identity.SignEnvelope(d.Device, newer, first.Payload)
		return vectortest.File{About: "Records (docs/protocol/record.md). refused_as: \"record\" when reading, \"signature\" when verifying with device_key.",
			Valid: []map[string]string{valid(registration), valid(first), valid(second), valid(file), valid(revocation)},
			Damaged: []map[string]string{
				change("a response in the control lane", func(h *Header) { h.Lane = Control }),
				change("lane 4", func(h *Header) { h.Lane = 4 }),
				change("sequence 0", func(h *Header) { h.Seq = 0 }),
				change("kind 0", func(h *Header) { h.Kind = 0 }),
				change("a response that is not sealed", func(h *Header) { h.Epoch = 0 }),
				change("a sealed registration", func(h *Header) { h.Kind, h.Lane = KindRegistration, Control }),
				change("a sealed revocation", func(h *Header) { h.Kind, h.Lane = KindRevocation, Control }),
				change("a revocation among the texts", func(h *Header) { h.Kind, h.Epoch = KindRevocation, 0 }),
				change("a first record that names one before it", func(h *Header) { h.Prev = [8]byte{1} }),
				damaged("header version 2", "record", hex.EncodeToString(newerRaw)),
				damaged("a bit of the header flipped", "signature", hex.EncodeToString(flipped)),
				damaged("signed by another device", "signature", hex.EncodeToString(forged.Envelope)),
				damaged("cut short", "record", hex.EncodeToString(first.Envelope[:len(first.Envelope)-1])),
				damaged("a byte more", "record", hex.EncodeToString(first.Envelope)+"00"),
			}}
	})
	for _, m := range v.Valid {
		r, err := Parse(vectortest.Hex(t, m["record"]))
		if err != nil || r.Verify(vectortest.Hex(t, m["device_key"])) != nil {
			t.Fatalf("record %s: %v, or it does not verify", m["id"], err)
		}
		if r.ID.String() != m["id"] || r.ID.Code() != m["code"] || hex.EncodeToString(r.Payload) != m["payload"] || hex.EncodeToString(r.Header.Bytes()) != m["header"] ||
			r.Origin.Hex() != m["origin"] || number(r.Incarnation) != m["incarnation"] || number(uint64(r.Lane)) != m["lane"] || number(uint64(r.Seq)) != m["seq"] ||
			number(uint64(r.Kind)) != m["kind"] || hex.EncodeToString(r.Consultation[:]) != m["consultation"] || hex.EncodeToString(r.Prev[:]) != m["prev"] || number(uint64(r.Epoch)) != m["epoch"] {
			t.Errorf("record %s is read as %+v", m["id"], r.Header)
		}
		again, err := Make(ed25519.NewKeyFromSeed(vectortest.Hex(t, m["device_seed"])), r.Header, r.Payload)
		if err != nil || hex.EncodeToString(again.Envelope) != m["record"] {
			t.Errorf("made again it is %x, %v", again.Envelope, err)
		}
	}
	for _, m := range v.Damaged {
		r, err := Parse(vectortest.Hex(t, m["record"]))
		if m["refused_as"] == "record" && !errors.Is(err, ErrRecord) {
			t.Errorf("%s: %v", m["why"], err)
		}
		if m["refused_as"] == "signature" && (err != nil || !errors.Is(r.Verify(vectortest.Hex(t, m["device_key"])), identity.ErrSignature)) {
			t.Errorf("%s: %v, or it verifies", m["why"], err)
		}
	}
}

func TestVectorsOfContents(t *testing.T) {
	v := vectortest.Load(t, "content", func() vectortest.File {
		d := newDevice(t, 1)
		valid := func(c Content, plain []byte) map[string]string {
			r := d.sealed(KindResponse, Text, plain)
			return map[string]string{"epoch_key": hex.EncodeToString(d.epoch.Key[:]), "epoch": number(uint64(d.epoch.Number)), "record": hex.EncodeToString(r.Envelope), "plain": hex.EncodeToString(plain),
				"cbor": hex.EncodeToString(canon.Encode(contentWire(c))), "instance_id": c.InstanceID, "language": c.Language, "name": c.Name, "body": hex.EncodeToString(c.Body)}
		}
		short, long := d.content("<data/>"), d.content(string(bytes.Repeat([]byte("<p>Maoni yetu.</p>"), 20)))
		long.Files = []File{{"minutes.pdf", [32]byte{1}, 12345}}
		prosaic := d.content(`<data id="annex2" version="1"><a>Wavuvi wanataka kusikilizwa.</a><orx:meta><orx:instanceID>uuid:00112233-4455-4677-8899-aabbccddeeff</orx:instanceID></orx:meta></data>`)
		prosaic.InstanceID, prosaic.FormID, prosaic.Version = "uuid:00112233-4455-4677-8899-aabbccddeeff", "annex2", "1"
		damaged := func(why, refused string, plain []byte) map[string]string {
			r := d.sealed(KindResponse, Text, plain)
			return map[string]string{"why": why, "refused_as": refused, "epoch_key": hex.EncodeToString(d.epoch.Key[:]), "epoch": number(uint64(d.epoch.Number)), "record": hex.EncodeToString(r.Envelope)}
		}
		foreign := short
		foreign.Author = newDevice(t, 2).Card.DeviceKey
		moved := damaged("sealed under another header", "seal", short.Encode())
		payload := d.response("x").Payload
		moved["record"] = hex.EncodeToString(d.make(d.header(KindResponse, Text, d.epoch.Number), payload).Envelope)
		return vectortest.File{About: "What stands inside the seal of a submission (docs/protocol/record.md). refused_as: \"seal\" or \"content\".",
			Valid: []map[string]string{valid(short, append([]byte{stored}, canon.Encode(contentWire(short))...)), valid(long, append([]byte{zstdPlain}, encoder().EncodeAll(canon.Encode(contentWire(long)), nil)...)),
				valid(prosaic, prosaic.Encode())},
			Damaged: []map[string]string{
				damaged("another author than the origin", "content", append([]byte{stored}, canon.Encode(contentWire(foreign))...)),
				damaged("compression 9", "content", []byte{9, 0xa0}),
				damaged("nothing", "content", nil),
				damaged("zstd cut short", "content", []byte{zstdPlain, 0x28, 0xb5, 0x2f, 0xfd}),
				damaged("zstd that promises 2⁴⁰ bytes", "content", []byte{zstdPlain, 0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0}),
				damaged("no packing", "content", []byte{prosePacked, 0x80}),
				damaged("no map", "content", []byte{stored, 0x80}),
				moved,
			}}
	})
	for _, m := range v.Valid {
		c, err := OpenContent(sealedIn(t, m))
		if err != nil || c.InstanceID != m["instance_id"] || c.Language != m["language"] || c.Name != m["name"] || hex.EncodeToString(c.Body) != m["body"] {
			t.Errorf("opened as %+v, %v", c, err)
		}
		if plain := vectortest.Hex(t, m["plain"]); plain[0] == prosePacked {
			if got := c.Encode(); !bytes.Equal(got, plain) || hex.EncodeToString(canon.Encode(contentWire(c))) != m["cbor"] {
				t.Errorf("packed as %x", got)
			}
		} else if raw, err := decompress(plain); err != nil || hex.EncodeToString(raw) != m["cbor"] || hex.EncodeToString(canon.Encode(contentWire(c))) != m["cbor"] {
			t.Errorf("unfolded to %x, %v", raw, err)
		}
	}
	for _, m := range v.Damaged {
		_, err := OpenContent(sealedIn(t, m))
		if want := map[string]error{"seal": identity.ErrSeal, "content": ErrContent}[m["refused_as"]]; want == nil || !errors.Is(err, want) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

// sealedIn is the record of a vector and the epoch that it is sealed under.
func sealedIn(t *testing.T, m map[string]string) (Record, identity.Epoch) {
	t.Helper()
	r, err := Parse(vectortest.Hex(t, m["record"]))
	if err != nil {
		t.Fatal(err)
	}
	epoch, err := strconv.ParseUint(m["epoch"], 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return r, identity.Epoch{Number: uint32(epoch), Key: [32]byte(vectortest.Hex(t, m["epoch_key"]))}
}

func TestVectorsOfReceipts(t *testing.T) {
	v := vectortest.Load(t, "receipts", func() vectortest.File {
		l := newLog(t, 13)
		vector := func(rs Receipts, held Checkpoint) map[string]string {
			m := map[string]string{"root": l.Root.Hex(), "log_key": hex.EncodeToString(l.Key), "receipts": hex.EncodeToString(rs.Encode()), "held": hex.EncodeToString(canon.Encode(held))}
			return m
		}
		valid := func(rs Receipts, held Checkpoint) map[string]string {
			m := vector(rs, held)
			m["note"] = string(rs.Checkpoint.Note(l.Log))
			receipts, err := rs.Check(l.Log, held)
			if err != nil {
				t.Fatal(err)
			}
			if len(receipts) > 0 {
				m["first_receipt"] = hex.EncodeToString(canon.Encode(receipts[0]))
			}
			return m
		}
		damaged := func(why, refused string, rs Receipts, held Checkpoint) map[string]string {
			m := vector(rs, held)
			m["why"], m["refused_as"] = why, refused
			return m
		}
		change := func(why string, change func(*Receipts)) map[string]string {
			rs := l.receipts(5, 13, 6, 7, 12)
			change(&rs)
			return damaged(why, "receipt", rs, l.checkpoint(5))
		}
		forked := newLog(t, 4)
		forked.grow(13, 1)
		return vectortest.File{About: "Receipts (docs/protocol/receipt.md), to be checked by who holds the checkpoint held. refused_as: \"receipt\", \"fork\" or \"unlinked\". The ids of records are SHA-256 of their index in 8 bytes and a zero.",
			Valid: []map[string]string{
				valid(l.receipts(0, 1, 0), Checkpoint{}),
				valid(l.receipts(0, 13, 0, 4, 12), Checkpoint{}),
				valid(l.receipts(5, 13, 6, 7, 12), l.checkpoint(5)),
				valid(l.receipts(5, 13), l.checkpoint(5)),
				valid(l.receipts(13, 13, 3), l.checkpoint(13)),
			},
			Damaged: []map[string]string{
				change("a bit of a record's id flipped", func(rs *Receipts) { rs.Entries[0].Record[0] ^= 1 }),
				change("another index", func(rs *Receipts) { rs.Entries[0].Index = 5 }),
				change("entries in falling order", func(rs *Receipts) { rs.Entries[0], rs.Entries[1] = rs.Entries[1], rs.Entries[0] }),
				change("a hash of the proof missing", func(rs *Receipts) { rs.Proof = rs.Proof[1:] }),
				change("a hash of the proof too many", func(rs *Receipts) { rs.Proof = append(rs.Proof, [32]byte{}) }),
				change("a bit of the consistency proof flipped", func(rs *Receipts) { rs.Consistency[0][0] ^= 1 }),
				change("another time than was signed", func(rs *Receipts) { rs.Checkpoint.Time++ }),
				damaged("a log of the same size with other leaves", "fork", forked.receipts(0, 13, 2), l.checkpoint(13)),
				damaged("from the beginning for one who holds a checkpoint", "unlinked", l.receipts(0, 13, 2), l.checkpoint(5)),
				damaged("older than what is held", "unlinked", l.receipts(0, 4, 2), l.checkpoint(5)),
			}}
	})
	check := func(m map[string]string) (Receipts, []Receipt, Log, error) {
		rs, err := DecodeReceipts(vectortest.Hex(t, m["receipts"]))
		if err != nil {
			t.Fatal(err)
		}
		var held Checkpoint
		if err := canon.DecodeExact(vectortest.Hex(t, m["held"]), &held); err != nil {
			t.Fatal(err)
		}
		l := Log{identity.ID(vectortest.Hex(t, m["root"])), vectortest.Hex(t, m["log_key"])}
		receipts, err := rs.Check(l, held)
		return rs, receipts, l, err
	}
	for _, m := range v.Valid {
		rs, receipts, l, err := check(m)
		if err != nil || len(receipts) != len(rs.Entries) || string(rs.Checkpoint.Note(l)) != m["note"] {
			t.Errorf("%s: %v", m["receipts"], err)
		}
		if len(receipts) > 0 && hex.EncodeToString(canon.Encode(receipts[0])) != m["first_receipt"] {
			t.Errorf("the first receipt is %x", canon.Encode(receipts[0]))
		}
	}
	for _, m := range v.Damaged {
		_, _, _, err := check(m)
		if want := map[string]error{"receipt": ErrReceipt, "fork": ErrFork, "unlinked": ErrUnlinked}[m["refused_as"]]; want == nil || !errors.Is(err, want) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

func TestVectorsOfFrames(t *testing.T) {
	v := vectortest.Load(t, "frames", func() vectortest.File {
		cryptotest.SetGlobalRandom(t, 1)
		var valid []map[string]string
		var all []byte
		for _, f := range everyFrame(t) {
			raw := f.Append(nil)
			valid = append(valid, map[string]string{"type": number(uint64(f.Type)), "frames": "1", "bytes": hex.EncodeToString(raw)})
			all = f.Append(all)
		}
		ack := Frame{Type: FrameAck, Ack: 300}.Append(nil)
		unknown := append([]byte{200, 3, 'n', 'e', 'w'}, ack...)
		valid = append(valid, map[string]string{"type": "200, then 6", "frames": "1", "bytes": hex.EncodeToString(unknown)})
		d := newDevice(t, 1)
		first, second := d.response("one"), d.response("two")
		next := Frame{Type: FrameRecord, Next: true, Record: Carried{Record: second}}.Append(Frame{Type: FrameRecord, Record: Carried{Record: first}}.Append(nil))
		valid = append(valid, map[string]string{"type": "3, then 13", "frames": "2", "bytes": hex.EncodeToString(next), "second": hex.EncodeToString(second.Envelope)})
		damaged := func(why, refused string, whole int, raw []byte) map[string]string {
			return map[string]string{"why": why, "refused_as": refused, "offset": number(uint64(whole)), "bytes": hex.EncodeToString(raw)}
		}
		after := func(why string, bad ...byte) map[string]string {
			return damaged(why, "damage", len(ack), append(bytes.Clone(ack), bad...))
		}
		return vectortest.File{About: "Frames (docs/protocol/batch.md). frames: how many are known. refused_as: \"damage\" at offset, or \"cut\" with offset bytes whole.", Valid: valid,
			Damaged: []map[string]string{
				after("a length above the limit of its type", byte(FrameAck), 11),
				after("a length not in the shortest form", 200, 0x81, 0, 5),
				after("a length that never ends", append([]byte{byte(FrameRecord)}, bytes.Repeat([]byte{0xff}, 12)...)...),
				after("a record that follows none", next[len(Frame{Type: FrameRecord, Record: Carried{Record: first}}.Append(nil)):]...),
				after("no CBOR", framed(FrameHello, []byte{0xff})...),
				after("a record that is none", framed(FrameRecord, []byte{0x82, 0x41, 0, 0x80})...),
				after("an acknowledgement in a longer form", framed(FrameAck, []byte{0x81, 0})...),
				after("a lane that does not exist", Frame{Type: FrameHave, Have: []Have{{Chain: Chain{Lane: lanes}}}}.Append(nil)...),
				damaged("cut inside the length", "cut", len(ack), append(bytes.Clone(ack), byte(FrameHello))),
				damaged("cut inside the payload", "cut", len(ack), append(bytes.Clone(ack), ack[:len(ack)-1]...)),
			}}
	})
	for _, m := range v.Valid {
		raw := vectortest.Hex(t, m["bytes"])
		in := NewReader(bytes.NewReader(raw))
		f, err := in.Next()
		if m["frames"] == "2" && err == nil {
			if f, err = in.Next(); err == nil && hex.EncodeToString(f.Record.Envelope) != m["second"] {
				t.Errorf("type %s: the second record is another", m["type"])
			}
		}
		if err != nil || m["type"] != number(uint64(f.Type)) && len(m["type"]) < 4 || !bytes.HasSuffix(raw, f.Append(nil)) {
			t.Errorf("type %s: read as %+v, %v", m["type"], f, err)
		}
		if _, err := in.Next(); err != io.EOF {
			t.Errorf("type %s: %v behind it", m["type"], err)
		}
	}
	for _, m := range v.Damaged {
		in := NewReader(bytes.NewReader(vectortest.Hex(t, m["bytes"])))
		if _, err := in.Next(); err != nil {
			t.Errorf("%s: the frame before it gave %v", m["why"], err)
		}
		_, err := in.Next()
		var damage *DamageError
		if errors.As(err, &damage) != (m["refused_as"] == "damage") || m["refused_as"] == "cut" && err != io.ErrUnexpectedEOF || number(uint64(in.Offset())) != m["offset"] {
			t.Errorf("%s: %v, %d bytes whole", m["why"], err, in.Offset())
		}
	}
}

func TestVectorsOfLeaves(t *testing.T) {
	v := vectortest.Load(t, "leaves", func() vectortest.File {
		key := [32]byte{9}
		valid := func(index uint32, plain string) map[string]string {
			sealed := SealLeaf(key, index, []byte(plain))
			sum := LeafSum(sealed)
			return map[string]string{"key": hex.EncodeToString(key[:]), "index": number(uint64(index)), "plain": hex.EncodeToString([]byte(plain)), "sealed": hex.EncodeToString(sealed), "sum": hex.EncodeToString(sum[:])}
		}
		good := valid(1, "the last piece")
		damaged := func(why, index, sealed string) map[string]string {
			return map[string]string{"why": why, "key": good["key"], "index": index, "sealed": sealed}
		}
		flipped := vectortest.Hex(t, good["sealed"])
		flipped[0] ^= 1
		return vectortest.File{About: "Leaves of attachments (docs/protocol/record.md).",
			Valid:   []map[string]string{good, valid(0, "the first"), valid(65535, "far on")},
			Damaged: []map[string]string{damaged("at another place", "2", good["sealed"]), damaged("a bit flipped", "1", hex.EncodeToString(flipped)), damaged("cut short", "1", good["sealed"][2:])}}
	})
	parse := func(m map[string]string) ([32]byte, uint32, []byte) {
		index, err := strconv.ParseUint(m["index"], 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		return [32]byte(vectortest.Hex(t, m["key"])), uint32(index), vectortest.Hex(t, m["sealed"])
	}
	for _, m := range v.Valid {
		key, index, sealed := parse(m)
		sum := LeafSum(sealed)
		plain, err := OpenLeaf(key, index, sealed)
		if err != nil || hex.EncodeToString(plain) != m["plain"] || hex.EncodeToString(sum[:]) != m["sum"] || !bytes.Equal(SealLeaf(key, index, plain), sealed) {
			t.Errorf("leaf %d: %x, %v", index, plain, err)
		}
	}
	for _, m := range v.Damaged {
		key, index, sealed := parse(m)
		if _, err := OpenLeaf(key, index, sealed); !errors.Is(err, ErrLeaf) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

func TestExamplesInTheDocumentsAreVectors(t *testing.T) {
	vectortest.Quoted(t, "record", "record", 2, "header", "payload", "record", "id", "code", "device_seed", "origin")
	vectortest.Quoted(t, "record", "leaves", 0, "sealed", "sum")
	vectortest.Quoted(t, "batch", "frames", 0, "bytes")
	vectortest.Quoted(t, "batch", "frames", 1, "bytes")
	vectortest.Quoted(t, "receipt", "receipts", 2, "note")
}
