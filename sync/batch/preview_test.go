package batch

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"testing"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
	"baraza.example/sync/vectortest"
)

func (d *device) preview(picture []byte) Preview {
	return Preview{Author: d.Card.DeviceKey, InstanceID: "uuid:8a6c2f0e", Hash: [32]byte{1, 2, 3}, Picture: picture}
}

func TestAPreviewIsItsOriginsAndOfItsRecord(t *testing.T) {
	d, thief := newDevice(t, 1), newDevice(t, 2)
	p := d.preview([]byte("\xff\xd8\xff a small picture"))
	r := d.sealed(KindPreview, Previews, p.Encode())
	if got, err := OpenPreview(r, d.epoch); err != nil || !reflect.DeepEqual(got, p) {
		t.Fatalf("opened as %+v, %v", got, err)
	}
	if _, err := OpenPreview(r, thief.epoch); !errors.Is(err, identity.ErrSeal) {
		t.Errorf("another key: %v", err)
	}
	moved := thief.make(thief.header(KindPreview, Previews, d.epoch.Number), r.Payload)
	if _, err := OpenPreview(moved, d.epoch); !errors.Is(err, identity.ErrSeal) {
		t.Errorf("under another header: %v", err)
	}
	h := thief.header(KindPreview, Previews, d.epoch.Number)
	if _, err := OpenPreview(thief.make(h, d.epoch.Seal(h.Bytes(), p.Encode())), d.epoch); !errors.Is(err, ErrPreview) {
		t.Errorf("sealed anew with the author of another: %v", err)
	}
	if _, err := OpenPreview(d.response("x"), d.epoch); !errors.Is(err, ErrPreview) {
		t.Errorf("a response as a preview: %v", err)
	}
}

func TestAPreviewIsNeitherEmptyNorLarge(t *testing.T) {
	d := newDevice(t, 1)
	for size, ok := range map[int]bool{0: false, 1: true, MaxPreview: true, MaxPreview + 1: false} {
		r := d.sealed(KindPreview, Previews, d.preview(make([]byte, size)).Encode())
		if _, err := OpenPreview(r, d.epoch); (err == nil) != ok || err != nil && !errors.Is(err, ErrPreview) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestVectorsOfPreviews(t *testing.T) {
	v := vectortest.Load(t, "preview", func() vectortest.File {
		d := newDevice(t, 1)
		vector := func(plain []byte) map[string]string {
			r := d.sealed(KindPreview, Previews, plain)
			return map[string]string{"epoch_key": hex.EncodeToString(d.epoch.Key[:]), "epoch": number(uint64(d.epoch.Number)), "plain": hex.EncodeToString(plain), "record": hex.EncodeToString(r.Envelope)}
		}
		valid := func(p Preview) map[string]string {
			m := vector(p.Encode())
			m["instance_id"], m["hash"], m["picture"] = p.InstanceID, hex.EncodeToString(p.Hash[:]), hex.EncodeToString(p.Picture)
			return m
		}
		damaged := func(why string, plain []byte) map[string]string {
			m := vector(plain)
			m["why"], m["refused_as"] = why, "preview"
			return m
		}
		good := d.preview([]byte("\xff\xd8\xff\xe0 and so on"))
		foreign := good
		foreign.Author = newDevice(t, 2).Card.DeviceKey
		moved := vector(good.Encode())
		moved["why"], moved["refused_as"] = "sealed under another header", "seal"
		payload := d.sealed(KindPreview, Previews, good.Encode()).Payload
		moved["record"] = hex.EncodeToString(d.make(d.header(KindPreview, Previews, d.epoch.Number), payload).Envelope)
		return vectortest.File{About: "Previews (docs/protocol/record.md). refused_as: \"seal\" or \"preview\".",
			Valid: []map[string]string{valid(good)},
			Damaged: []map[string]string{
				damaged("another author than the origin", foreign.Encode()),
				damaged("no picture", d.preview(nil).Encode()),
				damaged("a large picture", d.preview(make([]byte, MaxPreview+1)).Encode()),
				damaged("a hash of 2 bytes", canon.Encode(map[int]any{1: good.Author, 2: good.InstanceID, 3: []byte{1, 2}, 4: good.Picture})),
				damaged("a key that it has not", canon.Encode(map[int]any{1: good.Author, 2: good.InstanceID, 3: good.Hash[:], 4: good.Picture, 9: "x"})),
				damaged("no map", []byte{0x80}),
				damaged("nothing", nil),
				moved,
			}}
	})
	for _, m := range v.Valid {
		p, err := OpenPreview(sealedIn(t, m))
		if err != nil || p.InstanceID != m["instance_id"] || hex.EncodeToString(p.Hash[:]) != m["hash"] || hex.EncodeToString(p.Picture) != m["picture"] {
			t.Errorf("opened as %+v, %v", p, err)
		}
	}
	for _, m := range v.Damaged {
		_, err := OpenPreview(sealedIn(t, m))
		if want := map[string]error{"seal": identity.ErrSeal, "preview": ErrPreview}[m["refused_as"]]; want == nil || !errors.Is(err, want) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

func FuzzPreview(f *testing.F) {
	d := newDevice(f, 1)
	f.Add(d.preview([]byte("\xff\xd8\xff")).Encode())
	f.Add([]byte{0xa0})
	f.Fuzz(func(t *testing.T, plain []byte) {
		p, err := decodePreview(plain)
		if err != nil {
			return
		}
		if !bytes.Equal(p.Encode(), plain) {
			t.Errorf("%x was read as %x", plain, p.Encode())
		}
	})
}
