package batch

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baraza.example/sync/canon"
	"baraza.example/sync/prose"
)

const packedID = "uuid:00112233-4455-4677-8899-aabbccddeeff"

// usual is a response as session writes it.
func (d *device) usual(id string, answers ...string) Content {
	c := d.content("")
	var b strings.Builder
	b.WriteString(`<data xmlns:orx="http://openrosa.org/xforms" id="annex2" version="3">`)
	for i, a := range answers {
		fmt.Fprintf(&b, "<q%d>%s</q%d>", i+1, a, i+1)
	}
	b.WriteString("<orx:meta><orx:instanceID>" + id + "</orx:instanceID></orx:meta></data>")
	c.InstanceID, c.FormID, c.Version, c.Body = id, "annex2", "3", []byte(b.String())
	return c
}

const swahili = "Tunataka kusikilizwa kwenye mikutano, lakini safari ni ghali na mtandao ni mbovu; redio ndiyo njia yetu."

func TestAnAnswerIsPackedAsProseAndOpenedAsItWas(t *testing.T) {
	d := newDevice(t, 1)
	for name, change := range map[string]func(*Content){
		"as usual":               func(*Content) {},
		"no language":            func(c *Content) { c.Language = "" },
		"another language":       func(c *Content) { c.Language = "de-AT" },
		"no form":                func(c *Content) { c.FormID, c.Version = "", "" },
		"no version":             func(c *Content) { c.Version = "" },
		"its id twice":           func(c *Content) { c.Body = append(c.Body, c.Body...) },
		"id and version swapped": func(c *Content) { c.FormID, c.Version = "3", "annex2" },
		"a file":                 func(c *Content) { c.Files = []File{{"minutes.pdf", [32]byte{1}, 12345}} },
		"empty":                  func(c *Content) { c.Body = nil },
	} {
		c := d.usual(packedID, swahili, "ndiyo", "", swahili)
		change(&c)
		plain, ok := EncodePack([]Packed{{Content: c}})
		if !ok {
			t.Errorf("%s: not packed", name)
			continue
		}
		got, err := OpenContent(d.sealed(KindResponse, Text, plain), d.epoch)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(c.Body) == 0 {
			got.Body = c.Body
		}
		if diff := cmp.Diff(c, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	c := d.usual(packedID, swahili, swahili)
	if ours, zstd := c.Encode(), compress(canon.Encode(contentWire(c))); ours[0] != prosePacked || len(ours)*3 > len(zstd)*2 {
		t.Errorf("%d bytes, %d with zstd", len(ours), len(zstd))
	}
}

func TestWhatIsNoProseGoesAsBefore(t *testing.T) {
	d := newDevice(t, 1)
	for name, change := range map[string]func(*Content){
		"an id of another kind": func(c *Content) { c.InstanceID = "instance-7" },
		"capitals in the id":    func(c *Content) { c.InstanceID = strings.ToUpper(packedID) },
		"control characters":    func(c *Content) { c.Body = append(c.Body, 3) },
		"zeros in the name":     func(c *Content) { c.Name = "a\x00b" },
		"very long":             func(c *Content) { c.Body = bytes.Repeat([]byte(swahili), 3000) },
	} {
		c := d.usual(packedID, swahili)
		change(&c)
		if _, ok := EncodePack([]Packed{{Content: c}}); ok {
			t.Errorf("%s: packed", name)
		}
		got, err := OpenContent(d.sealed(KindResponse, Text, c.Encode()), d.epoch)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestABadPackingOfContentIsRefused(t *testing.T) {
	d := newDevice(t, 1)
	good, _ := EncodePack([]Packed{{Content: d.usual(packedID, swahili)}})
	var w packedWire
	if err := canon.DecodeExact(good[1:], &w); err != nil {
		t.Fatal(err)
	}
	changed := func(change func(*packedWire)) []byte {
		w := w
		w.Items = append([]packedItem(nil), w.Items...)
		change(&w)
		return append([]byte{prosePacked}, canon.Encode(w)...)
	}
	newer, _ := prose.Pack(nil, prose.Text{Dictionary: prose.Plain, Bytes: []byte("a\x00b\x00c\x00d\x00e")})
	newer[1] = 0x7e
	for name, c := range map[string]struct {
		plain []byte
		want  error
	}{
		"no item":             {changed(func(w *packedWire) { w.Items = nil }), ErrContent},
		"two items, one text": {changed(func(w *packedWire) { w.Items = append(w.Items, w.Items[0]) }), ErrContent},
		"an id of 15 bytes":   {changed(func(w *packedWire) { w.Items[0].Instance = w.Items[0].Instance[1:] }), ErrContent},
		"of another kind":     {changed(func(w *packedWire) { w.Items[0].Kind = 16 }), ErrContent},
		"no texts":            {changed(func(w *packedWire) { w.Prose = nil }), ErrContent},
		"three fields": {changed(func(w *packedWire) {
			w.Prose, _ = prose.Pack(nil, prose.Text{Dictionary: prose.Plain, Bytes: []byte("sw\x00a\x00b")})
		}), ErrContent},
		"a name that is no UTF-8": {changed(func(w *packedWire) {
			w.Prose, _ = prose.Pack(nil, prose.Text{Dictionary: prose.Plain, Bytes: []byte("sw\x00a\x00b\x00\xff\x00<x/>")})
		}), ErrContent},
		"a newer dictionary": {changed(func(w *packedWire) { w.Prose = newer }), ErrNewer},
		"another's":          {changed(func(w *packedWire) { w.Author = newDevice(t, 2).Card.DeviceKey }), ErrContent},
		"cut short":          {good[:len(good)-1], ErrContent},
		"nothing":            {[]byte{prosePacked}, ErrContent},
	} {
		if _, err := OpenContent(d.sealed(KindResponse, Text, c.plain), d.epoch); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzContent(f *testing.F) {
	d := newDevice(f, 1)
	f.Add(d.usual(packedID, swahili).Encode())
	f.Add(d.content("x").Encode())
	f.Fuzz(func(t *testing.T, plain []byte) {
		c, err := decodeContent(plain)
		if err != nil {
			return
		}
		again, err := decodeContent(c.Encode())
		if err != nil {
			t.Fatalf("%+v written again: %v", c, err)
		}
		if diff := cmp.Diff(c, again); diff != "" && len(c.Body)+len(again.Body) > 0 {
			t.Fatal(diff)
		}
	})
}

func TestAPackHoldsUpToTenSubmissionsInTheirLanguages(t *testing.T) {
	d := newDevice(t, 1)
	ids := func(i int) string { return fmt.Sprintf("uuid:00112233-4455-4677-8899-%012d", i) }
	texts := []string{swahili, "Nous voulons être entendus aux réunions, mais le voyage est cher et le réseau mauvais.", "We want to be heard at the meetings, but the journey is dear and the network poor."}
	var items []Packed
	alone := 0
	for i := range MaxPack {
		c := d.usual(ids(i), texts[i%3], fmt.Sprint(i), texts[(i+1)%3])
		c.Revision = uint32(i + 1)
		items = append(items, Packed{KindResponse, c})
		alone += len(c.Encode()) + 170 // header, signature, receipt
	}
	items[3].Kind = KindContribution
	plain, ok := EncodePack(items)
	if !ok {
		t.Fatal("not packed")
	}
	if len(plain)*2 > alone {
		t.Errorf("%d bytes, %d one by one", len(plain), alone)
	}
	r := d.sealed(KindPack, Text, plain)
	got, err := OpenPack(r, d.epoch)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(items, got); diff != "" {
		t.Error(diff)
	}
	if _, err := OpenContent(d.sealed(KindResponse, Text, plain), d.epoch); !errors.Is(err, ErrContent) {
		t.Errorf("a pack as one response: %v", err)
	}
	if _, ok := EncodePack(append(items, items[0])); ok {
		t.Error("eleven are packed")
	}
	items[1].Author = newDevice(t, 2).Card.DeviceKey
	if _, ok := EncodePack(items); ok {
		t.Error("two authors in one pack")
	}
}

func TestABadPackIsRefused(t *testing.T) {
	d := newDevice(t, 1)
	c := d.usual(packedID, swahili)
	single := c.Encode()
	attachment, _ := EncodePack([]Packed{{KindAttachment, c}, {KindResponse, c}})
	c.Author = newDevice(t, 2).Card.DeviceKey
	others, _ := EncodePack([]Packed{{KindResponse, c}, {KindResponse, c}})
	for name, plain := range map[string][]byte{"one without its kind": single, "an attachment in it": attachment, "another's": others, "stored": {stored, 0x80}, "nothing": nil} {
		if _, err := OpenPack(d.sealed(KindPack, Text, plain), d.epoch); !errors.Is(err, ErrContent) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPlaceIsReadAsPeopleWriteIt(t *testing.T) {
	r := Ref{RecordID{1, 2, 3}, 10}
	for _, text := range []string{r.Code(), r.String(), " " + r.Code() + " ", strings.ToLower(r.String()), r.Record.Code() + ". 10"} {
		if rest, place, err := CutPlace(text); err != nil || place != 10 || strings.Contains(rest, ".") {
			t.Errorf("%q: %q, %d, %v", text, rest, place, err)
		}
	}
	if _, place, err := CutPlace(r.Record.Code()); err != nil || place != 0 {
		t.Errorf("without a place: %d, %v", place, err)
	}
	for _, text := range []string{"x.", "x.0", "x.11", "x.-1", "x.1.2", "x.one", "x.99999999999999999999"} {
		if _, _, err := CutPlace(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
