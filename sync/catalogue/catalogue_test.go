package catalogue

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"baraza.example/sync/identity"
)

// centre is one with the log key of this seed. Its card is not complete: what
// counts here are root, consultation and log key.
func centre(root, log byte, consultation string) (ed25519.PrivateKey, identity.Centre) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{log}, 32))
	return key, identity.Centre{Consultation: consultation, LogKey: key.Public().(ed25519.PublicKey),
		RootKey: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{root}, 32)).Public().(ed25519.PublicKey)}
}

// publish signs the next publication of a catalogue.
func publish(t testing.TB, all []Publication, issued int64, name, text string) Publication {
	t.Helper()
	key, c := centre(1, 2, "annex-2")
	p := Publication{Number: uint64(len(all) + 1), Issued: issued, Kind: Announcement, Name: name, Text: text}
	if len(all) > 0 {
		p.Previous = all[len(all)-1].Hash8()
	}
	p, err := Sign(key, c, p)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func catalogueOf(t testing.TB, texts ...string) (all []Publication) {
	for i, text := range texts {
		all = append(all, publish(t, all, int64(100+i), "", text))
	}
	return all
}

func TestOnlyTheCentreOfTheConsultationPublishes(t *testing.T) {
	p := catalogueOf(t, "The deadline was moved.")[0]
	again, err := Decode(p.Encode())
	if err != nil || !bytes.Equal(again.Encode(), p.Encode()) || again.Text != p.Text {
		t.Fatalf("%+v, %v", again, err)
	}
	for name, c := range map[string]struct {
		root, log    byte
		consultation string
		genuine      bool
	}{
		"its own":                          {1, 2, "annex-2", true},
		"another root with the same key":   {3, 2, "annex-2", false},
		"another key under the same root":  {1, 3, "annex-2", false},
		"another consultation of the same": {1, 2, "annex-3", false},
	} {
		_, card := centre(c.root, c.log, c.consultation)
		if err := again.Verify(card); (err == nil) != c.genuine || err != nil && !errors.Is(err, ErrPublication) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, card := centre(1, 2, "annex-2")
	for i := range p.Encode() {
		raw := p.Encode()
		raw[i] ^= 1
		if bad, err := Decode(raw); err == nil && bad.Verify(card) == nil {
			t.Errorf("byte %d was changed and nobody noticed", i)
		}
	}
}

func TestWhatCannotBePublished(t *testing.T) {
	key, c := centre(1, 2, "annex-2")
	_, blob := SumsOf([]byte("content"))
	whole := []Way{{Method: Stored, Blob: blob}}
	for why, p := range map[string]Publication{
		"no number":                      {Kind: Announcement},
		"a number beyond all":            {Number: MaxPublications + 1, Kind: Announcement},
		"no kind":                        {Number: 1},
		"a text without end":             {Number: 1, Kind: Announcement, Text: strings.Repeat("x", MaxText+1)},
		"a form without a name":          {Number: 1, Kind: Form, Content: blob, Ways: whole},
		"a document without content":     {Number: 1, Kind: Document, Name: "d"},
		"a path":                         {Number: 1, Kind: Document, Name: "d", File: "../d.pdf", Content: blob, Ways: whole},
		"a hidden file":                  {Number: 1, Kind: Document, Name: "d", File: ".profile", Content: blob, Ways: whole},
		"two lines in a title":           {Number: 1, Kind: Document, Name: "d", Title: "a\nb", Content: blob, Ways: whole},
		"no way to it":                   {Number: 1, Kind: Document, Name: "d", Content: blob},
		"only a way for those with more": {Number: 1, Kind: Document, Name: "d", Content: blob, Ways: []Way{{Method: After, Blob: blob}}},
		"a way longer than it is":        {Number: 1, Kind: Document, Name: "d", Content: blob, Ways: []Way{{Method: Squeezed, Blob: Blob{Size: blob.Size + 1}}}},
		"a way to something else":        {Number: 1, Kind: Document, Name: "d", Content: blob, Ways: []Way{{Method: Stored, Blob: Blob{Size: blob.Size}}}},
		"larger than memory":             {Number: 1, Kind: Document, Name: "d", Content: Blob{Size: MaxContent + 1}, Ways: []Way{{Method: Squeezed, Blob: Blob{Size: 1}}}},
	} {
		if _, err := Sign(key, c, p); !errors.Is(err, ErrPublication) {
			t.Errorf("%s: %v", why, err)
		}
		p.signed, p.signature = p.body(), make([]byte, ed25519.SignatureSize)
		if _, err := Decode(p.Encode()); !errors.Is(err, ErrPublication) {
			t.Errorf("%s, as it comes: %v", why, err)
		}
	}
}

// A later program may publish what this one doesn't know; it is kept and handed on.
func TestAnUnknownKindIsHandedOnAsItCame(t *testing.T) {
	key, c := centre(1, 2, "annex-2")
	p, err := Sign(key, c, Publication{Number: 1, Kind: 77})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Decode(p.Encode())
	if err != nil || again.Verify(c) != nil || !bytes.Equal(again.Encode(), p.Encode()) {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestWhatFollowsIsKept(t *testing.T) {
	held := catalogueOf(t, "1", "2", "3")
	older := append([]Publication(nil), held[:1]...)
	older = append(older, publish(t, older, 99, "", "before the backup was taken, by another hand"))
	restored := append([]Publication(nil), held[:2]...)
	restored = append(restored, publish(t, restored, 900, "", "3, after the backup was restored"))
	restored = append(restored, publish(t, restored, 901, "", "4"))
	torn := publish(t, restored[:3], 950, "", "follows what is not here")
	for name, c := range map[string]struct {
		next []Publication
		stay int
		keep int
	}{
		"nothing":                       {nil, 3, 0},
		"what is here already":          {held, 3, 0},
		"the next":                      {[]Publication{publish(t, held, 500, "", "4")}, 3, 1},
		"a gap":                         {[]Publication{publish(t, append(held, publish(t, held, 1, "", "4")), 500, "", "5")}, 3, 0},
		"an older branch":               {older, 3, 0},
		"a centre that was set back":    {restored, 2, 2},
		"its branch from the middle":    {restored[2:], 2, 2},
		"what follows the other branch": {[]Publication{torn}, 3, 0},
	} {
		stay, keep := Follow(held, c.next)
		if stay != c.stay || len(keep) != c.keep {
			t.Errorf("%s: %d stay, %d are kept; want %d and %d", name, stay, len(keep), c.stay, c.keep)
		}
	}
	if stay, keep := Follow(nil, held[1:]); stay != 0 || len(keep) != 0 {
		t.Error("a catalogue begins with number 1")
	}
}

func TestAPeerIsAskedForWhatIsNew(t *testing.T) {
	held := catalogueOf(t, "1", "2", "3")
	hash := func(n uint64) [8]byte { return held[n-1].Hash8() }
	for name, c := range map[string]struct {
		peer Cursor
		want uint64
	}{
		"it has none":              {Cursor{}, 0},
		"it has as much":           {held[2].Cursor(), 0},
		"it has less":              {held[0].Cursor(), 0},
		"it has more":              {Cursor{Number: 9}, 4},
		"it has something else":    {Cursor{Number: 3}, 1},
		"it claims more than goes": {Cursor{Number: 1 << 60}, 0},
	} {
		if got := Behind(c.peer, 3, hash); got != c.want {
			t.Errorf("%s: from %d, want %d", name, got, c.want)
		}
	}
}

func TestTheLastOfEachSubjectIsInForce(t *testing.T) {
	var all []Publication
	for _, p := range []Publication{
		{Kind: Form, Name: "annex2", Version: "1", Language: "en"},
		{Kind: Translation, Name: "annex2", Language: "fr"},
		{Kind: Announcement, Text: "one"},
		{Kind: Announcement, Text: "two"},
		{Kind: Announcement, Name: "deadline", Text: "June"},
		{Kind: Form, Name: "annex2", Version: "2", Language: "fr"},
		{Kind: Announcement, Name: "deadline", Text: "July"},
		{Kind: Translation, Name: "annex2", Language: "fr", Withdrawn: true},
	} {
		p.Number = uint64(len(all) + 1)
		all = append(all, p)
	}
	var numbers []uint64
	for _, p := range InForce(all) {
		numbers = append(numbers, p.Number)
	}
	if fmt.Sprint(numbers) != "[3 4 6 7 8]" {
		t.Errorf("in force are %v", numbers)
	}
}

// text is about as long as a translation of the questionnaire.
func text(changed string) []byte {
	var b strings.Builder
	for i := range 400 {
		fmt.Fprintf(&b, "<text id=\"/data/question_%d:label\"><value>Swali la %d kuhusu ushiriki, sauti %x</value></text>\n", i, i, i*7919)
		if i == 200 {
			b.WriteString(changed)
		}
	}
	return []byte(b.String())
}

func TestAChangedTextTravelsAsAFewHundredBytes(t *testing.T) {
	old, content := text("<text id=\"x\"><value>Mapya</value></text>"), text("<text id=\"x\"><value>Maneno mengine kabisa</value></text>")
	ways := Pack(content, old)
	p := Publication{}
	_, p.Content = SumsOf(content)
	for _, y := range ways {
		p.Ways = append(p.Ways, y.Way)
	}
	_, base := SumsOf(old)
	alone, _ := p.Best(func(ID) bool { return false })
	best, _ := p.Best(func(id ID) bool { return id == base.ID })
	t.Logf("%d bytes: alone %d, after the version before %d", len(content), alone.Size, best.Size)
	if alone.Method != Squeezed || best.Method != After || best.Size > 300 || alone.Size < 4*best.Size {
		t.Errorf("alone %+v, after the version before %+v", alone, best)
	}
	for _, y := range ways {
		got, err := p.Unpack(y.Way, y.Bytes, old)
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("way %d: %v", y.Method, err)
		}
	}
	if _, err := p.Unpack(ways[1].Way, ways[1].Bytes, content); !errors.Is(err, ErrLeaf) {
		t.Errorf("after another base: %v", err)
	}
}

func TestWhatCannotBeMadeSmallTravelsAsItIs(t *testing.T) {
	noise := make([]byte, 3*LeafSize+5)
	rand.Read(noise)
	ways := Pack(noise, []byte("a base of some length that is of no use"))
	if len(ways) != 1 || ways[0].Method != Stored || ways[0].Size != int64(len(noise)) {
		t.Errorf("%d ways, the first %+v", len(ways), ways[0].Way)
	}
}

// A bomb is as much as the centre itself could publish: what it unpacks to is
// bounded by what it says.
func TestABombIsNotUnpacked(t *testing.T) {
	big := make([]byte, 4<<20)
	base := []byte("a base of some length")
	for _, y := range Pack(big, base)[0:1] {
		p := Publication{Content: Blob{Size: 1000}}
		if _, err := p.Unpack(y.Way, y.Bytes, nil); !errors.Is(err, ErrLeaf) {
			t.Errorf("method %d: %v", y.Method, err)
		}
	}
	p := Publication{Content: Blob{Size: 1000}}
	for _, method := range []Method{After, 9} {
		if _, err := p.Unpack(Way{Method: method}, bytes.Repeat([]byte{0x28}, 50), base); err == nil {
			t.Errorf("method %d of garbage is taken", method)
		}
	}
}

func TestALeafIsCheckedAlone(t *testing.T) {
	content := make([]byte, 2*LeafSize+100)
	rand.Read(content)
	sums, b := SumsOf(content)
	if b.Leaves() != 3 || sums.Check(b) != nil || sums[:32].Check(b) == nil || Sums(nil).Check(Blob{Size: 1}) == nil {
		t.Fatal("the sums")
	}
	leaf := func(i int) []byte { return content[i*LeafSize : min((i+1)*LeafSize, len(content))] }
	for i := range 3 {
		if err := sums.CheckLeaf(b, i, leaf(i)); err != nil {
			t.Errorf("leaf %d: %v", i, err)
		}
	}
	for why, err := range map[string]error{
		"another leaf":     sums.CheckLeaf(b, 0, leaf(1)),
		"one bit":          sums.CheckLeaf(b, 2, append(append([]byte{}, leaf(2)[:99]...), leaf(2)[99]^1)),
		"cut":              sums.CheckLeaf(b, 2, leaf(2)[:50]),
		"beyond the end":   sums.CheckLeaf(b, 3, nil),
		"before the start": sums.CheckLeaf(b, -1, nil),
	} {
		if !errors.Is(err, ErrLeaf) {
			t.Errorf("%s: %v", why, err)
		}
	}
	if one := content[:77]; OfOne(one).Check(Blob{77, func() ID { _, b := SumsOf(one); return b.ID }()}) != nil {
		t.Error("the sums of one leaf")
	}
}

func TestSmallThingsComeFirstAndOnlyWhatIsWanted(t *testing.T) {
	doc := func(kind Kind, name string, size int64, whole bool) Publication {
		b := Blob{Size: size, ID: ID{byte(size)}}
		p := Publication{Kind: kind, Name: name, Content: b, Ways: []Way{{Method: Stored, Blob: b}}}
		if !whole {
			p.Ways = append(p.Ways, Way{Method: After, Blob: Blob{Size: 1, ID: ID{byte(size), 1}}, Base: ID{99}})
		}
		return p
	}
	gone := doc(Document, "gone", 3, true)
	gone.Withdrawn = true
	force := []Publication{doc(Document, "large", 90, true), doc(Document, "small", 10, true), doc(Document, "unwanted", 5, true),
		doc(Form, "form", 50, false), gone, {Kind: Announcement}}
	choose := func(p Publication) bool { return p.Name != "unwanted" }
	sizes := func(bs []Blob) (all []int64) {
		for _, b := range bs {
			all = append(all, b.Size)
		}
		return all
	}
	for name, c := range map[string]struct {
		got  []Blob
		want string
	}{
		"a device with nothing":   {Wanted(force, choose, func(ID) bool { return false }), "[50 10 90]"},
		"with the version before": {Wanted(force, choose, func(id ID) bool { return id == ID{99} }), "[1 10 90]"},
		"with the form":           {Wanted(force, choose, func(id ID) bool { return id == ID{50} }), "[10 90]"},
		"a hub":                   {Carried(force, func(ID) bool { return false }), "[50 1 5 10 90]"},
	} {
		if got := fmt.Sprint(sizes(c.got)); got != c.want {
			t.Errorf("%s asks for %s, want %s", name, got, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	key, c := centre(1, 2, "annex-2")
	content := text("")
	_, blob := SumsOf(content)
	p := Publication{Number: 1, Issued: 5, Kind: Document, Name: "d", Title: "D", Language: "sw", File: "d.txt", Content: blob}
	for _, y := range Pack(content, text("another")) {
		p.Ways = append(p.Ways, y.Way)
	}
	p, err := Sign(key, c, p)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.Encode())
	f.Add(catalogueOf(f, "words")[0].Encode())
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := Decode(raw)
		if err == nil && !bytes.Equal(p.Encode(), raw) {
			t.Errorf("%x is encoded as %x", raw, p.Encode())
		}
	})
}

func FuzzUnpack(f *testing.F) {
	// Short texts: a fuzzer that unpacks 40 kB each time tries little.
	old, content := text("old")[:2000], []byte("new"+string(text("old")[:1900]))
	_, blob := SumsOf(content)
	for _, y := range Pack(content, old) {
		f.Add(byte(y.Method), y.Bytes)
	}
	f.Fuzz(func(t *testing.T, method byte, packed []byte) {
		p := Publication{Content: blob}
		got, err := p.Unpack(Way{Method: Method(method)}, packed, old)
		if err == nil && !bytes.Equal(got, content) {
			t.Error("it unpacks to something else")
		}
	})
}
