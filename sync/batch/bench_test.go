package batch

import (
	"bytes"
	"strings"
	"testing"
)

// answer is about as long and as repetitive as a filled questionnaire.
func answer() string {
	var b strings.Builder
	b.WriteString(`<data id="annex2" version="1"><meta><instanceID>uuid:8a6c2f0e</instanceID></meta>`)
	for _, q := range []string{"a", "b", "c", "e", "f"} {
		b.WriteString("<question_" + q + "><open>")
		words := []string{"Stakeholders", "from", "rural", "radio", "stations", "cannot", "travel", "to", "every", "meeting", "so", "hubs", "speak", "for", "them"}
		var random [120]byte
		_, _ = seeded(q[0]).Read(random[:])
		for _, r := range random {
			b.WriteString(words[int(r)%len(words)] + " ")
		}
		b.WriteString("</open></question_" + q + ">")
	}
	b.WriteString("</data>")
	return b.String()
}

func BenchmarkMake(b *testing.B) {
	d := newDevice(b, 1)
	h := d.header(KindResponse, Text, 1)
	payload := make([]byte, 1500)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Make(d.Device, h, payload); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseVerify(b *testing.B) {
	d := newDevice(b, 1)
	raw := d.sealed(KindResponse, Text, make([]byte, 1500)).Envelope
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := Parse(raw)
		if err != nil || r.Verify(d.Card.DeviceKey) != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealContent(b *testing.B) {
	d := newDevice(b, 1)
	c, h := d.content(answer()), d.header(KindResponse, Text, 1).Bytes()
	b.ReportAllocs()
	for b.Loop() {
		d.epoch.Seal(h, c.Encode())
	}
}

func BenchmarkOpenContent(b *testing.B) {
	d := newDevice(b, 1)
	r := d.response(answer())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := OpenContent(r, d.epoch); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadRecordFrames(b *testing.B) {
	d := newDevice(b, 1)
	stream := Frame{Type: FrameRecord, Record: Carried{Record: d.sealed(KindResponse, Text, make([]byte, 1500))}}.Append(nil)
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewReader(bytes.NewReader(stream)).Next(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealAlone(b *testing.B) {
	d := newDevice(b, 1)
	plain, h := []byte(answer()), d.header(KindResponse, Text, 1).Bytes()
	b.SetBytes(int64(len(plain)))
	b.ReportAllocs()
	for b.Loop() {
		d.epoch.Seal(h, plain)
	}
}
