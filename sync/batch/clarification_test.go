package batch

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
	"baraza.example/sync/vectortest"
)

var askedUnder = identity.Epoch{Number: 7, Key: [32]byte{4}}

func clarification(t testing.TB, origin identity.ID, text string) Clarification {
	t.Helper()
	c, err := NewClarification(askedUnder, origin, ConsultationOf("wg-study"), 1_790_000_000,
		Question{InstanceID: "uuid:1", Revision: 2, Text: text, About: "questions/q_a/a", From: "Amina", Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAQuestionIsOpenedByWhoHasTheKeysOfWhatItIsAbout(t *testing.T) {
	c := clarification(t, identity.ID{1}, "Which shore?")
	back, err := DecodeClarification(c.Encode())
	if err != nil || back.ID() != c.ID() {
		t.Fatal(back, err)
	}
	if q, err := back.Open(askedUnder); err != nil || q.Text != "Which shore?" || q.About != "questions/q_a/a" || q.Revision != 2 || q.From != "Amina" {
		t.Errorf("%+v, %v", q, err)
	}
	for name, change := range map[string]func(*Clarification){
		"for another device":       func(c *Clarification) { c.Origin[0]++ },
		"of another consultation":  func(c *Clarification) { c.Consultation[0]++ },
		"of another time":          func(c *Clarification) { c.Asked++ },
		"with other words":         func(c *Clarification) { c.Sealed = bytes.Clone(c.Sealed); c.Sealed[20] ^= 1 },
		"under another epoch":      func(c *Clarification) { c.Epoch++ },
		"with an epoch of no keys": func(c *Clarification) { c.Epoch = 0 },
	} {
		other := c
		change(&other)
		if _, err := other.Open(askedUnder); !errors.Is(err, identity.ErrSeal) {
			t.Errorf("%s: %v", name, err)
		}
		if other.ID() == c.ID() {
			t.Errorf("%s it has the same id", name)
		}
	}
	if _, err := c.Open(identity.Epoch{Number: 7, Key: [32]byte{5}}); !errors.Is(err, identity.ErrSeal) {
		t.Errorf("with another key: %v", err)
	}
}

// Both are sealed under one key: neither may pass for the other.
func TestARecordIsNoQuestionAndAQuestionNoRecord(t *testing.T) {
	d := newDevice(t, 1)
	c := clarification(t, d.ID(), "Which shore?")
	h := Header{Chain: Chain{Origin: d.ID(), Lane: Text}, Seq: 1, Kind: KindReply, Consultation: c.Consultation, Epoch: 7}
	r, err := Make(d.Device, h, c.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Unseal(r, askedUnder); !errors.Is(err, identity.ErrSeal) {
		t.Errorf("as a record: %v", err)
	}
	c.Sealed = askedUnder.Seal(h.Bytes(), []byte{0, 0xa0})
	if _, err := c.Open(askedUnder); !errors.Is(err, identity.ErrSeal) {
		t.Errorf("as a question: %v", err)
	}
}

func TestQuestionsHaveLimits(t *testing.T) {
	good := Question{InstanceID: "uuid:1", Text: "x"}
	for name, change := range map[string]func(*Question){
		"about nothing":   func(q *Question) { q.InstanceID = "" },
		"without a text":  func(q *Question) { q.Text = "" },
		"too long":        func(q *Question) { q.Text = strings.Repeat("字", MaxQuestion+1) },
		"a long path":     func(q *Question) { q.About = strings.Repeat("a", maxAbout+1) },
		"a long name":     func(q *Question) { q.From = strings.Repeat("a", identity.MaxName+1) },
		"a long language": func(q *Question) { q.Language = strings.Repeat("a", identity.MaxName+1) },
	} {
		q := good
		change(&q)
		if _, err := NewClarification(askedUnder, identity.ID{}, Consultation{}, 1, q); !errors.Is(err, ErrClarification) {
			t.Errorf("%s: %v", name, err)
		}
		head := Clarification{Epoch: 7, Asked: 1}
		head.Sealed = askedUnder.Seal(head.head(), compress(canon.Encode(questionWire(q))))
		if _, err := head.Open(askedUnder); !errors.Is(err, ErrClarification) {
			t.Errorf("%s, sealed by another program: %v", name, err)
		}
	}
	longest := good
	longest.Text = strings.Repeat("\U0001F600", MaxQuestion)
	c, err := NewClarification(askedUnder, identity.ID{}, Consultation{}, 1, longest)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := DecodeClarification(c.Encode()); err != nil {
		t.Error(err)
	}
	if _, err := DecodeClarification(make([]byte, maxClarification+1)); !errors.Is(err, ErrClarification) {
		t.Error(err)
	}
	// What unfolds to more than it may is refused before it is there.
	bomb := Clarification{Epoch: 7, Asked: 1}
	bomb.Sealed = askedUnder.Seal(bomb.head(), compress(bytes.Repeat([]byte{'a'}, MaxContent+1)))
	if _, err := bomb.Open(askedUnder); !errors.Is(err, ErrContent) {
		t.Errorf("a bomb: %v", err)
	}
	if _, err := DecodeReply(Reply{About: "uuid:1", Text: strings.Repeat("a", MaxQuestion+1)}.Encode()); !errors.Is(err, ErrClarification) {
		t.Errorf("a long reply: %v", err)
	}
	if _, err := DecodeReply(Reply{Text: "a"}.Encode()); !errors.Is(err, ErrClarification) {
		t.Errorf("a reply about nothing: %v", err)
	}
	if _, err := DecodeWithdrawal(Withdrawal{Kind: KindReply}.Encode()); !errors.Is(err, ErrClarification) {
		t.Errorf("the withdrawal of a reply: %v", err)
	}
}

func TestAnswersFitTheirFrames(t *testing.T) {
	var all []Numbered
	for n := range 300 {
		c := clarification(t, identity.ID{1}, "x")
		c.Asked, c.Sealed = int64(n), make([]byte, 17+n*60)
		hubs := make([]identity.ID, n%(MaxPath+1))
		all = append(all, Numbered{uint64(n + 1), Addressed{c, hubs}})
	}
	place := 0
	for _, f := range Answers(Ask{}, all) {
		r := NewReader(bytes.NewReader(f.Append(nil)))
		got, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range got.Clarified.List {
			if a.ID() != all[place].ID() || len(a.Hubs) != len(all[place].Hubs) {
				t.Fatalf("place %d has another", place)
			}
			place++
		}
		if got.Clarified.UpTo != all[place-1].Number {
			t.Errorf("up to %d, not %d", got.Clarified.UpTo, all[place-1].Number)
		}
	}
	if place != len(all) {
		t.Errorf("%d of %d", place, len(all))
	}
	if frames := Answers(Ask{}, nil); len(frames) != 0 {
		t.Errorf("%d frames of nothing", len(frames))
	}
	named := Ask{After: 7, Named: []Named{{Origin: identity.ID{1}}}}
	for upTo, all := range map[uint64][]Numbered{7: nil, 300: all} { // who named devices learns that this is all
		frames := Answers(named, all)
		if last := frames[len(frames)-1].Clarified; last.UpTo != upTo || len(last.List) != 0 {
			t.Errorf("at the end it is said that all up to %d came, with %d more", last.UpTo, len(last.List))
		}
	}
	if frames := Answers(named, make([]Numbered, MaxClarifications)); frames[len(frames)-1].Clarified.UpTo != 0 {
		t.Errorf("although more was left, all up to %d came", frames[len(frames)-1].Clarified.UpTo)
	}
}

func FuzzClarification(f *testing.F) {
	good := clarification(f, identity.ID{1}, "Which shore?")
	f.Add(good.Encode(), []byte{})
	f.Add([]byte{}, Reply{About: "uuid:1", Text: "The northern one."}.Encode())
	f.Add([]byte{}, Withdrawal{Kind: KindResponse, Reason: "It named somebody."}.Encode())
	f.Add([]byte{}, compress(canon.Encode(questionWire{InstanceID: "uuid:1", Text: "x"})))
	f.Fuzz(func(t *testing.T, raw, inner []byte) {
		if c, err := DecodeClarification(raw); err == nil && !bytes.Equal(c.Encode(), raw) {
			t.Errorf("%x was read as %x", raw, c.Encode())
		}
		// What a holder of the key may have sealed.
		c := Clarification{Epoch: 7, Asked: 1}
		c.Sealed = askedUnder.Seal(c.head(), inner)
		if q, err := c.Open(askedUnder); err == nil && q.Check() != nil {
			t.Errorf("%+v was believed", q)
		}
		if r, err := DecodeReply(inner); err == nil {
			if again, err := DecodeReply(r.Encode()); err != nil || again != r {
				t.Errorf("%+v became %+v, %v", r, again, err)
			}
		}
		if w, err := DecodeWithdrawal(inner); err == nil {
			if again, err := DecodeWithdrawal(w.Encode()); err != nil || again != w {
				t.Errorf("%+v became %+v, %v", w, again, err)
			}
		}
	})
}

func TestVectorsOfClarifications(t *testing.T) {
	v := vectortest.Load(t, "clarification", func() vectortest.File {
		c := clarification(t, identity.ID{1, 2, 3}, "Which shore?")
		id := c.ID()
		damaged := func(why string, change func(*clarificationWire)) map[string]string {
			w := clarificationWire{Version: 1, Origin: c.Origin, Consultation: c.Consultation, Epoch: c.Epoch, Asked: c.Asked, Sealed: c.Sealed}
			change(&w)
			return map[string]string{"why": why, "clarification": hex.EncodeToString(canon.Encode(w))}
		}
		return vectortest.File{About: "What the secretariat asks back, and replies (docs/protocol/clarification.md). The epoch's key is epoch_key, its number that of the clarification.",
			Valid: []map[string]string{{"epoch_key": hex.EncodeToString(askedUnder.Key[:]), "header": hex.EncodeToString(c.head()), "clarification": hex.EncodeToString(c.Encode()),
				"id": hex.EncodeToString(id[:]), "text": "Which shore?", "about": "questions/q_a/a", "instance": "uuid:1",
				"reply": hex.EncodeToString(Reply{To: id, About: "uuid:1", Text: "The northern one."}.Encode()), "withdrawal": hex.EncodeToString(Withdrawal{Kind: KindResponse, Reason: "It named somebody."}.Encode())}},
			Damaged: []map[string]string{
				damaged("another version", func(w *clarificationWire) { w.Version = 2 }),
				damaged("not sealed", func(w *clarificationWire) { w.Epoch = 0 }),
				damaged("nothing in the seal", func(w *clarificationWire) { w.Sealed = w.Sealed[:16] }),
			}}
	})
	for _, m := range v.Valid {
		c, err := DecodeClarification(vectortest.Hex(t, m["clarification"]))
		if err != nil {
			t.Fatal(err)
		}
		q, err := c.Open(identity.Epoch{Number: c.Epoch, Key: [32]byte(vectortest.Hex(t, m["epoch_key"]))})
		if err != nil || q.Text != m["text"] || q.About != m["about"] || q.InstanceID != m["instance"] || c.ID().String() != m["id"] || hex.EncodeToString(c.head()) != m["header"] {
			t.Errorf("%+v, %v", q, err)
		}
		if r, err := DecodeReply(vectortest.Hex(t, m["reply"])); err != nil || r.To != c.ID() {
			t.Errorf("%+v, %v", r, err)
		}
		if _, err := DecodeWithdrawal(vectortest.Hex(t, m["withdrawal"])); err != nil {
			t.Error(err)
		}
	}
	for _, m := range v.Damaged {
		if _, err := DecodeClarification(vectortest.Hex(t, m["clarification"])); !errors.Is(err, ErrClarification) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

func TestAnAskOfTooManyDevicesIsRefused(t *testing.T) {
	for n, good := range map[int]bool{MaxAskOrigins: true, MaxAskOrigins + 1: false} {
		for name, f := range map[string]Frame{
			"an ask":     {Type: FrameAsk, Ask: Ask{Origins: make([]identity.ID, n)}},
			"named ones": {Type: FrameNamed, Ask: Ask{Named: make([]Named, n)}},
		} {
			if _, err := NewReader(bytes.NewReader(f.Append(nil))).Next(); (err == nil) != good {
				t.Errorf("%s of %d: %v", name, n, err)
			}
		}
	}
}
