package formview

import (
	"errors"
	"image"
	"path"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/assets/locale"
	"baraza.example/forms/imagemap"
	"baraza.example/forms/picture"
	"baraza.example/forms/session"
)

// A plate is the pictures and sounds beside words: of a question or a choice.
type plate struct {
	form  *Form
	media session.Media
	shot  *Shot
	large *Button // shows the larger picture; nil of choices
	big   bool    // the larger one is shown
	sound *speaker
	film  *speaker
	lost  *Label // names what did not come with the form
	box   *fyne.Container
}

// newPlate makes an empty one; with large a person may have the picture shown
// larger.
func newPlate(f *Form, high float32, large bool) *plate {
	p := &plate{form: f, shot: newShot(high), lost: quiet(""), box: NewStack(gapWords)}
	p.box.Add(p.shot)
	if large {
		p.large = f.around.button("picture.larger", theme.ZoomInIcon(), p.enlarge)
		p.box.Add(p.large)
	}
	p.sound, p.film = p.speaker(false), p.speaker(true)
	p.lost.Hide()
	p.box.Add(p.lost)
	p.box.Hide()
	return p
}

func (p *plate) speaker(film bool) *speaker {
	s := newSpeaker(p.form, film)
	s.read = func(take func(string, []byte, error)) {
		name := p.media.Audio
		if film {
			name = p.media.Video
		}
		content, err := p.form.file(name)
		take(name, content, err)
	}
	p.form.speakers = append(p.form.speakers, s)
	p.box.Add(s.box)
	return s
}

// file opens a file of the form.
func (f *Form) file(name string) ([]byte, error) {
	if f.o.File == nil {
		return nil, errors.ErrUnsupported
	}
	return f.o.File(name)
}

// display shows the files of m.
func (p *plate) display(m session.Media) {
	if p.media == m && (p.box.Visible() || m == session.Media{}) {
		return
	}
	p.media = m
	p.box.Hidden = m == session.Media{}
	p.sound.box.Hidden, p.film.box.Hidden = m.Audio == "", m.Video == ""
	p.lost.Hide()
	p.show()
}

// show reads the picture.
func (p *plate) show() {
	name := p.media.Image
	if p.big && p.media.BigImage != "" || name == "" {
		name = p.media.BigImage
	}
	if p.large != nil {
		p.large.Hidden = name == ""
	}
	if name == "" {
		p.shot.Set(nil)
		return
	}
	p.form.readPicture(name, func(m image.Image, err error) {
		switch {
		case err != nil:
			p.shot.Set(nil)
			if p.large != nil {
				p.large.Hide()
			}
			p.lost.SetWords(p.form.around.words.Say("picture.missing", locale.Values{"Name": name}))
			p.lost.Show()
		default:
			p.shot.Set(m)
		}
		p.form.around.settle()
	})
}

func (p *plate) enlarge() {
	p.big = !p.big
	p.shot.high = smallShot
	id := locale.ID("picture.larger")
	if p.big {
		p.shot.high, id = largeShot, "picture.smaller"
	}
	p.large.SetText(p.form.around.words.Say(id))
	p.show()
}

// readPicture reads a picture of the form: points or a drawing of lines. One that
// was read is kept while its page is shown.
func (f *Form) readPicture(name string, take func(image.Image, error)) {
	if m, ok := f.pictures[name]; ok {
		take(m, nil)
		return
	}
	content, err := f.file(name)
	if err != nil {
		take(nil, err)
		return
	}
	var m image.Image
	page := f.pictures
	f.away(func() {
		if strings.EqualFold(path.Ext(name), ".svg") {
			var d *imagemap.Drawing
			if d, err = imagemap.Read(content); err == nil {
				m, err = d.Image(shownSide)
			}
			return
		}
		if len(content) > picture.MaxBytes {
			err = picture.ErrTooLarge
			return
		}
		m, err = readPicture(content)
	}, func() {
		if err == nil {
			page[name] = m
		}
		take(m, err)
	})
}

// choiceShot is how high the picture of a choice is, in sizes of the text.
const choiceShot = 7

// illustrate gives a choice its pictures and sounds. With the appearance
// no-buttons a choice that has a picture has no mark unless it is picked.
func (p *Pick) illustrate(row *Choice, c session.Choice) {
	if p.form == nil || c.Media == (session.Media{}) {
		return
	}
	row.plate = newPlate(p.form, choiceShot, false)
	row.plate.display(c.Media)
	row.plain = slices.Contains(p.looks, "no-buttons") && c.Media.Image != ""
}
