package formview

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"rsc.io/qr"

	"baraza.example/forms"
	"baraza.example/forms/picture"
)

// pngOf is a picture of a size in one colour.
func pngOf(t *testing.T, w, h int, c color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Set(i%w, i/w, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A drawer holds the files of a form and those of its answers.
type drawer struct {
	sh     *sheet
	of     map[string][]byte // the form's
	kept   map[string][]byte
	chosen []byte // that is chosen next
	studio *noises
}

// withFiles gives a form files, and shows its first page anew.
func withFiles(sh *sheet) *drawer {
	d := &drawer{sh: sh, of: map[string][]byte{}, kept: map[string][]byte{}, studio: &noises{}}
	sh.o.File = func(name string) ([]byte, error) {
		if b, ok := d.of[name]; ok {
			return b, nil
		}
		return nil, fs.ErrNotExist
	}
	sh.o.Kept = func(name string, most int64, take func([]byte, error)) {
		b, ok := d.kept[name]
		if !ok {
			take(nil, fs.ErrNotExist)
			return
		}
		take(b, nil)
	}
	keep := func(ref forms.Ref, name string, content []byte) {
		d.kept[name] = content
		if err := sh.s.Set(ref, name); err != nil {
			sh.t.Error(err)
		}
	}
	sh.o.Keep = keep
	sh.o.Choose = func(_ int64, _ []string, take func(string, []byte)) { take("chosen.png", d.chosen) }
	sh.o.Attach = func(ref forms.Ref) { keep(ref, "photo.png", d.chosen) }
	sh.o.Studio = d.studio
	return d
}

// noises is a studio that is heard by nobody.
type noises struct {
	none            bool // there are no programs
	playing         string
	ended           func(error)
	film            bool
	quality         string
	made            func(string, []byte, error)
	played, stopped int
}

func (n *noises) program() string {
	if n.none {
		return ""
	}
	return "gramophone"
}
func (n *noises) Player(string) string    { return n.program() }
func (n *noises) Players(string) []string { return []string{"gramophone", "harp"} }
func (n *noises) Recorder(bool) string    { return n.program() }
func (n *noises) Recorders(bool) []string { return []string{"gramophone", "harp"} }
func (n *noises) Play(name string, content []byte, ended func(error)) func() {
	n.playing, n.ended = name+" "+string(content), ended
	n.played++
	return func() { n.stopped++; ended(nil) }
}
func (n *noises) Record(film bool, quality string, ended func(string, []byte, error)) func() {
	n.film, n.quality, n.made = film, quality, ended
	return func() { n.stopped++; ended(".ogg", []byte("song"), nil) }
}

const pictures = `
	| survey | type  | name  | label  | appearance | parameters         |
	|        | image | photo | Photo  |            |                    |
	|        | image | plan  | Plan   | draw       |                    |
	|        | image | name  | Name   | signature  |                    |
	|        | image | mark  | Mark   | annotate   |                    |
	|        | image | now   | Now    | new        |                    |
	|        | audio | song  | Song   |            | quality=voice-only |
	|        | video | film  | Film   |            |                    |
	|        | barcode | code | Code  |            |                    |
	|        | barcode | held | Held  | hidden-answer |                 |`

func (sh *sheet) picture(name string) *Picture { return sh.field(name).control.(*Picture) }

// drags a finger over the sheet, in shares of it.
func (p *Pad) drags(shares ...fyne.Position) {
	at := func(i int) fyne.Position { return fyne.NewPos(shares[i].X*p.Size().Width, shares[i].Y*p.Size().Height) }
	for i := 1; i < len(shares); i++ {
		d := at(i).Subtract(at(i - 1))
		p.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: at(i)}, Dragged: fyne.NewDelta(d.X, d.Y)})
	}
	p.DragEnd()
}

func TestADrawingIsMadeAndTakenAsAnAnswer(t *testing.T) {
	sh := fill(t, pictures)
	d := withFiles(sh)
	p := sh.picture("plan")
	test.Tap(p.open)
	if !p.take.Disabled() {
		t.Error("an empty sheet can be taken")
	}
	p.pad.drags(fyne.NewPos(0.1, 0.1), fyne.NewPos(0.5, 0.5), fyne.NewPos(0.9, 0.1))
	sh.sees("What is drawn here is not an answer yet")
	p.pad.ink = inkRed
	test.TapAt(p.pad, fyne.NewPos(p.pad.Size().Width/2, p.pad.Size().Height*0.9))
	p.pad.drags(fyne.NewPos(0, 0), fyne.NewPos(1, 1))
	test.Tap(p.undo)
	if sh.value("plan") != "" {
		t.Error("it is an answer before it was taken")
	}
	test.Tap(p.take)
	name := sh.value("plan")
	if !strings.HasPrefix(name, "draw-") || !strings.HasSuffix(name, ".png") {
		t.Fatalf("the answer is %q", name)
	}
	m, err := png.Decode(bytes.NewReader(d.kept[name]))
	if err != nil {
		t.Fatal(err)
	}
	at := func(x, y float64) color.RGBA {
		return color.RGBAModel.Convert(m.At(int(x*drawWide), int(y*drawHigh))).(color.RGBA)
	}
	if c := at(0.3, 0.3); c.R > 60 || c.G > 60 {
		t.Errorf("on the line it is %v", c)
	}
	if c := at(0.5, 0.9); c.R < 150 || c.G > 90 {
		t.Errorf("the dot is %v", c)
	}
	if c := at(0.8, 0.8); c.R != 255 || c.B != 255 {
		t.Errorf("where a stroke was taken back it is %v", c)
	}
	if n := len(d.kept[name]); n > 20_000 {
		t.Errorf("a drawing of two strokes has %d bytes", n)
	}
	if !p.shot.Visible() || p.desk.Visible() {
		t.Error("the drawing isn't shown, or the sheet still is")
	}
}

func TestAPictureIsDrawnOn(t *testing.T) {
	sh := fill(t, pictures)
	d := withFiles(sh)
	p := sh.picture("mark")
	if p.open.Visible() {
		t.Error("without a picture there is nothing to draw on")
	}
	if p.larger.Visible() {
		t.Error("without a picture nothing can be shown large")
	}
	d.chosen = pngOf(t, 300, 200, color.RGBA{0, 200, 0, 255})
	test.Tap(p.upload.choose)
	test.Tap(p.open)
	p.pad.drags(fyne.NewPos(0.1, 0.5), fyne.NewPos(0.9, 0.5))
	test.Tap(p.take)
	m, _, err := picture.Decode(d.kept[sh.value("mark")])
	if err != nil || !strings.HasSuffix(sh.value("mark"), ".jpg") {
		t.Fatalf("%q: %v", sh.value("mark"), err)
	}
	line, ground := color.RGBAModel.Convert(m.At(150, 100)).(color.RGBA), color.RGBAModel.Convert(m.At(150, 20)).(color.RGBA)
	if line.G > 120 || ground.G < 150 {
		t.Errorf("the line is %v, the picture %v", line, ground)
	}
}

func TestWhatIsNoPictureIsSaidAndKept(t *testing.T) {
	sh := fill(t, pictures)
	d := withFiles(sh)
	bomb := pngOf(t, 1, 1, color.White)
	copy(bomb[16:], []byte{0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF}) // 65,535 points high and wide
	for name, c := range map[string]struct {
		content []byte
		said    string
	}{"no picture": {[]byte("\x89PNG\r\n\x1a\n and no more"), "no picture that can be shown"}, "words": {[]byte("hello"), "no picture that can be shown"}, "nothing": {nil, "no picture that can be shown"}} {
		test.Tap(sh.picture("photo").upload.remove)
		d.chosen = c.content
		test.Tap(sh.picture("photo").upload.choose)
		if sh.value("photo") != "photo.png" || !strings.Contains(sh.picture("photo").said.Words(), c.said) || sh.picture("photo").said.Hidden {
			t.Errorf("%s: %q is said of %q", name, sh.picture("photo").said.Words(), sh.value("photo"))
		}
	}
	d.chosen = bomb
	test.Tap(sh.picture("mark").upload.choose)
	if sh.picture("mark").said.Hidden {
		t.Error("nothing is said of a picture that claims to be enormous")
	}
	test.Tap(sh.picture("mark").open)
	if sh.picture("mark").desk.Visible() {
		t.Error("it can be drawn on")
	}
	sh.sees("This program can't take pictures.")
}

func TestASoundIsRecordedAndPlayedByAProgramOfTheSystem(t *testing.T) {
	sh := fill(t, pictures)
	d := withFiles(sh)
	s := sh.field("song").control.(*Sound)
	test.Tap(s.record)
	sh.sees("Recording with gramophone")
	if d.studio.quality != "voice-only" || d.studio.film {
		t.Errorf("it records %q, a film: %v", d.studio.quality, d.studio.film)
	}
	test.Tap(s.record)
	name := sh.value("song")
	if !strings.HasSuffix(name, ".ogg") || string(d.kept[name]) != "song" {
		t.Errorf("the answer is %q", name)
	}
	test.Tap(s.speaker.button)
	sh.sees("Playing with gramophone")
	if d.studio.playing != name+" song" {
		t.Errorf("it plays %q", d.studio.playing)
	}
	sh.Show(sh.Pages()[0]) // the page is left
	if d.studio.stopped != 2 {
		t.Error("it still plays")
	}
	s = sh.field("film").control.(*Sound)
	test.Tap(s.record)
	if !d.studio.film {
		t.Error("a film is recorded as a sound")
	}
	d.studio.made("", nil, errors.New("no camera"))
	sh.sees("The recording came to nothing.")
	d.studio.none = true
	test.Tap(s.record)
	sh.sees("no program that records films (gramophone, harp would do)")
}

func TestACodeIsReadFromAPictureOrTyped(t *testing.T) {
	sh := fill(t, pictures)
	d := withFiles(sh)
	sh.Show(sh.Pages()[0])
	code, err := qr.Encode("WELL-0711", qr.M)
	if err != nil {
		t.Fatal(err)
	}
	d.chosen = code.PNG()
	c := sh.field("code").control.(*Code)
	test.Tap(c.read)
	if sh.value("code") != "WELL-0711" || sh.entry("code").Text != "WELL-0711" {
		t.Errorf("it is read as %q and shown as %q", sh.value("code"), sh.entry("code").Text)
	}
	sh.sees("Read from the picture: QR code")
	d.chosen = pngOf(t, 60, 60, color.White)
	test.Tap(c.read)
	sh.sees("No code was found")
	d.chosen = []byte("none")
	test.Tap(c.read)
	sh.sees("no picture that can be read here")
	if sh.value("code") != "WELL-0711" {
		t.Errorf("what was there is lost: %q", sh.value("code"))
	}
	d.chosen = code.PNG()
	held := sh.field("held").control.(*Code)
	test.Tap(held.read)
	if sh.value("held") != "WELL-0711" || held.Text.Visible() {
		t.Errorf("an answer that is not to be shown: %q, shown %v", sh.value("held"), held.Text.Visible())
	}
	sh.sees("An answer is there.")
}

const illustrated = `
	| survey  | type         | name  | label  | appearance           | media::image | media::audio | media::big-image |
	|         | note         | look  | Look!  |                      | well.png     | well.mp3     | large.png        |
	|         | select_one w | which | Which? | columns no-buttons   |              |              |                  |
	|         | select_multiple p | part | Part? | image-map         | body.svg     |              |                  |
	|         | select_one p | other | Other? | image-map            | gone.svg     |              |                  |
	| choices | list_name | name | label | media::image |
	|         | w         | a    | Pump  | pump.png     |
	|         | w         | b    | Well  | gone.png     |
	|         | p         | left | Left  |              |
	|         | p         | right | Right |             |`

func TestPicturesAndSoundsStandBesideWords(t *testing.T) {
	sh := fill(t, illustrated)
	d := withFiles(sh)
	d.of["well.png"], d.of["large.png"], d.of["pump.png"] = pngOf(t, 60, 30, color.Black), pngOf(t, 900, 450, color.White), pngOf(t, 50, 50, color.Black)
	d.of["well.mp3"] = []byte("drops")
	sh.Show(sh.Pages()[0])
	plate := sh.field("look").plate
	if w := plate.shot.image.Image.Bounds().Dx(); w != 60 {
		t.Errorf("the picture is %d wide", w)
	}
	small := plate.box.Size().Height
	test.Tap(plate.large)
	if w := plate.shot.image.Image.Bounds().Dx(); w != 900 || plate.box.Size().Height <= small {
		t.Errorf("large it is %d wide, and stands %v high after %v", w, plate.box.Size().Height, small)
	}
	test.Tap(plate.sound.button)
	if d.studio.playing != "well.mp3 drops" {
		t.Errorf("%q is played", d.studio.playing)
	}
	sh.sees("The form names a picture that did not come with it: gone.png")
	pick := sh.field("which").control.(*Pick)
	row := pick.rows[0]
	if !row.plain || row.plate == nil || !row.plate.shot.Visible() {
		t.Error("the choice has no picture, or a button although there is one")
	}
	test.Tap(row)
	if sh.value("which") != "a" {
		t.Errorf("tapped it is %q", sh.value("which"))
	}
}

func TestAPartOfAPictureIsTouched(t *testing.T) {
	sh := fill(t, illustrated)
	d := withFiles(sh)
	d.of["body.svg"] = []byte(`<svg viewBox="0 0 200 100"><rect id="left" width="90" height="100"/><rect id="right" x="110" width="90" height="100"/></svg>`)
	sh.Show(sh.Pages()[0])
	c := sh.field("part").control.(*Parted)
	size := c.touch.drawn(c.touch.Size().Width)
	touch := func(x float32) { test.TapAt(c.touch, fyne.NewPos(size.Width*x, size.Height/2)) }
	touch(0.2)
	touch(0.5)
	touch(0.8)
	if got := sh.value("part"); got != "left right" {
		t.Errorf("two parts and the gap between them were touched: %q", got)
	}
	touch(0.2)
	if got := sh.value("part"); got != "right" {
		t.Errorf("touched once more it is %q", got)
	}
	sh.picks2(c.Pick, "Left")
	if got := strings.Fields(sh.value("part")); !slices.Contains(got, "left") {
		t.Errorf("picked from the list it is %q", got)
	}
	over := c.touch.over.Image.(*image.NRGBA)
	if over.NRGBAAt(100, 100).A == 0 || over.NRGBAAt(400, 100).A != 0 {
		t.Error("what is picked isn't drawn over, or what isn't is")
	}
	sh.sees("The picture of this question can't be tapped here.") // of the other
	d.of["body.svg"] = []byte("<svg")
	sh.Show(sh.Pages()[0])
	if sh.field("part").control.(*Parted).touch.Visible() {
		t.Error("a drawing that is none is shown")
	}
	sh.picks2(sh.field("part").control.(*Parted).Pick, "Left")
}

func (sh *sheet) picks2(p *Pick, label string) {
	sh.t.Helper()
	for _, r := range p.rows {
		if r.Label() == label {
			test.Tap(r)
			return
		}
	}
	sh.t.Fatalf("there is no choice %q", label)
}
