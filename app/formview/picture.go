package formview

import (
	"image"
	"image/color"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms/picture"
	"baraza.example/forms/session"
)

// Picture asks for a picture: chosen from files, drawn or signed here, or chosen
// and drawn on, as the appearances draw, signature and annotate say.
type Picture struct {
	widget.BaseWidget
	OnAttach func()                            // a person wants to choose a file
	OnAnswer func(value string)                // "" takes the file away
	OnMade   func(name string, content []byte) // a drawing is the answer

	around *surroundings
	form   *Form
	kind   string // "draw", "signature", "annotate" or ""
	upload *Upload
	shot   *Shot
	larger *Button
	pad    *Pad
	desk   *fyne.Container // the pad with what belongs to it
	open   *Button
	take   *Button
	undo   *Button
	anew   *Button
	state  *Notice
	said   *Notice
	box    *fyne.Container
	value  string
	shown  string // the file that the shot shows
	locked bool
	now    func() time.Time
}

// The sizes of sheets, in points.
const (
	drawWide, drawHigh = 1200, 900
	signWide, signHigh = 1200, 400
)

const (
	smallShot = 12 // high, in sizes of the text
	largeShot = 40
)

// pictureOf makes the control.
func (d *field) pictureOf(looks []string) *Picture {
	f, around := d.form, d.form.around
	p := &Picture{around: around, form: f, upload: newUpload(around), shot: newShot(smallShot), now: time.Now}
	for _, k := range []string{"signature", "annotate", "draw"} {
		if slices.Contains(looks, k) {
			p.kind = k
		}
	}
	p.upload.OnAttach = func() {
		if p.OnAttach != nil {
			p.OnAttach()
		}
	}
	p.upload.OnAnswer = func(v string) {
		if p.OnAnswer != nil {
			p.OnAnswer(v)
		}
	}
	p.larger = p.around.low("picture.larger", theme.ZoomInIcon(), p.enlarge)
	p.larger.Hide() // until there is a picture
	p.said = NewNotice(theme.InfoIcon(), theme.ColorNamePlaceHolder, "")
	p.said.Hide()
	p.box = NewStack(gapControl, p.upload, p.shot, p.larger, p.said)
	switch {
	case p.kind != "":
		p.drawing()
	case slices.Contains(looks, "new"), slices.Contains(looks, "new-front"):
		p.box.Add(quiet(around.words.Say("picture.no_camera")))
	}
	p.ExtendBaseWidget(p)
	return p
}

// drawing adds the sheet to draw on.
func (p *Picture) drawing() {
	width, height, hint, open := drawWide, drawHigh, locale.ID("picture.draw_hint"), locale.ID("picture.draw")
	switch p.kind {
	case "signature":
		width, height, hint, open = signWide, signHigh, "picture.sign_hint", "picture.sign"
	case "annotate":
		hint, open = "picture.annotate_hint", "picture.annotate"
	}
	p.pad = newPad(width, height)
	p.pad.OnDrawn = p.drawn
	p.take = p.around.button("picture.take", theme.ConfirmIcon(), p.made)
	p.take.Importance = widget.HighImportance
	p.undo = p.around.low("action.undo", theme.ContentUndoIcon(), p.pad.Undo)
	p.anew = p.around.low("picture.anew", theme.DeleteIcon(), p.pad.Clear)
	p.state = NewNotice(theme.InfoIcon(), theme.ColorNamePlaceHolder, p.around.words.Say("picture.not_taken"))
	tools := NewRow(gapLow, p.undo, p.anew)
	if p.kind != "signature" {
		inks := NewRow(0.4)
		for _, k := range []struct {
			id  locale.ID
			ink color.NRGBA
		}{{"picture.black", inkBlack}, {"picture.red", inkRed}, {"picture.blue", inkBlue}} {
			c := NewChoice("", p.around.words.Say(k.id), false)
			c.OnFocus = func() { p.around.reveal(c) }
			c.SetPicked(k.ink == p.pad.ink)
			c.OnPick = func() {
				p.pad.ink = k.ink
				for _, o := range inks.Objects {
					o.(*Choice).SetPicked(o == c)
				}
			}
			inks.Add(c)
		}
		tools = NewStack(gapWords, inks, tools)
	}
	p.desk = NewStack(gapControl, quiet(p.around.words.Say(hint)), container.New(padded{}, p.pad), tools, p.state, NewRow(gapControl, p.take))
	p.open = p.around.button(open, theme.DocumentCreateIcon(), p.begin)
	p.box.Add(NewRow(gapControl, p.open))
	p.box.Add(p.desk)
	p.desk.Hide()
	p.drawn()
}

// begin opens the sheet; to draw on a picture it is read first.
func (p *Picture) begin() {
	if p.locked {
		return
	}
	if p.kind != "annotate" {
		p.unfold()
		return
	}
	p.readAnswer(func(m image.Image, err error) {
		if err != nil || m == nil {
			p.tell("picture.not_drawn_on")
			return
		}
		p.pad.SetGround(m)
		p.unfold()
	})
}

func (p *Picture) unfold() {
	p.open.Hide()
	p.desk.Show()
	p.drawn()
	p.around.settle()
	p.around.reveal(p.desk)
}

func (p *Picture) fold() {
	p.pad.SetGround(nil)
	p.desk.Hide()
	p.around.settle()
}

// drawn says whether there is something that isn't taken yet.
func (p *Picture) drawn() {
	drawn := p.pad.Drawn()
	for b, off := range map[*Button]bool{p.take: !drawn, p.undo: !drawn, p.anew: !drawn} {
		if b.disabled != off {
			b.disabled = off
			b.Refresh()
		}
	}
	p.state.Hidden = !drawn
	p.around.settle()
}

// made answers with what was drawn.
func (p *Picture) made() {
	content, ext, err := p.pad.File()
	if err != nil || !p.pad.Drawn() || p.OnMade == nil {
		return
	}
	name := p.kind + "-" + p.now().UTC().Format("20060102-150405") + ext
	p.fold()
	p.OnMade(name, content)
}

// readAnswer reads the picture that the question is answered with.
func (p *Picture) readAnswer(take func(m image.Image, err error)) {
	if p.value == "" || p.form.o.Kept == nil {
		take(nil, nil)
		return
	}
	p.form.o.Kept(p.value, picture.MaxBytes, func(content []byte, err error) {
		var m image.Image
		p.form.away(func() {
			if err == nil {
				m, err = readPicture(content)
			}
		}, func() { take(m, err) })
	})
}

func (p *Picture) enlarge() {
	id := locale.ID("picture.smaller")
	if p.shot.high == largeShot {
		p.shot.high, id = smallShot, "picture.larger"
	} else {
		p.shot.high = largeShot
	}
	p.larger.SetText(p.around.words.Say(id))
	p.shot.Refresh()
	p.around.settle()
}

func (p *Picture) tell(id locale.ID) {
	p.said.SetWords(p.around.words.Say(id))
	p.said.Show()
	p.around.settle()
}

// Display shows the picture that n is answered with.
func (p *Picture) Display(n session.Node) {
	p.locked = n.ReadOnly
	p.upload.Display(n)
	p.value = n.Value
	if p.open != nil {
		p.open.Hidden = n.ReadOnly || p.desk.Visible() || p.kind == "annotate" && n.Value == ""
	}
	if p.shown == n.Value {
		return
	}
	p.shown = n.Value
	p.shot.Set(nil)
	p.larger.Hide()
	p.said.Hide()
	want := n.Value
	if want == "" {
		return
	}
	p.readAnswer(func(m image.Image, err error) {
		if p.shown != want {
			return // another was chosen meanwhile
		}
		if err != nil {
			p.tell(unshown(err))
			return
		}
		p.shot.Set(m)
		p.larger.Hidden = m == nil
		p.around.settle()
	})
}

// First is what gets the focus when the question is gone to.
func (p *Picture) First() fyne.Focusable {
	if p.kind != "" && p.kind != "annotate" && p.open.Visible() {
		return p.open
	}
	return p.upload.choose
}

// CreateRenderer implements [fyne.Widget].
func (p *Picture) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.box) }

// padded keeps a pad no higher than a screen, and as wide as it then is.
type padded struct{}

func (padded) width(p *Pad, room float32) float32 {
	high := padHigh * theme.TextSize()
	return min(room, high*float32(p.size.X)/float32(max(1, p.size.Y)))
}

func (l padded) Layout(o []fyne.CanvasObject, size fyne.Size) {
	p := o[0].(*Pad)
	w := l.width(p, size.Width)
	Place(p, fyne.NewPos(0, 0), fyne.NewSize(w, w*float32(p.size.Y)/float32(max(1, p.size.X))), size.Width)
}

func (padded) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, o[0].Size().Height)
}
