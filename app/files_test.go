package app

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"baraza.example/app/workspace"
	"baraza.example/forms"
	"baraza.example/forms/formstest"
)

// A paper is a file that a person chose.
type paper struct {
	io.Reader
	name string
}

func (p paper) Close() error  { return nil }
func (p paper) URI() fyne.URI { return storage.NewFileURI("/papers/" + p.name) }

func TestAChosenFileIsHandedOverUpToItsLimit(t *testing.T) {
	p := known(t, phone)
	var got string
	take := func(name string, content []byte) { got = name + " " + string(content) }
	p.chosenFile(paper{strings.NewReader("<gpx/>"), "walk.gpx"}, 10, take)
	if got != "walk.gpx <gpx/>" {
		t.Errorf("handed over was %q", got)
	}
	got = ""
	p.chosenFile(paper{bytes.NewReader(make([]byte, 11)), "long.gpx"}, 10, take)
	if got != "" {
		t.Errorf("a file that is too long was handed over")
	}
	p.sees("long.gpx")
	p.chosenFile(paper{io.MultiReader(strings.NewReader("x"), broken{}), "gone.gpx"}, 10, take)
	if got != "" {
		t.Errorf("half a file was handed over")
	}
	p.sees("gone.gpx")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the stick was drawn") }

func TestWhatWasDrawnIsKeptWithTheResponse(t *testing.T) {
	p := known(t, phone)
	p.newResponse()
	f := p.filling
	var ref forms.Ref
	for e := range f.response.Definition().All() {
		if q, ok := e.(*forms.Question); ok && q.Control == forms.Upload {
			if at, err := f.response.AddRepeat(q.Ref.Parent()); err == nil {
				ref = at.Child(q.Name)
			}
		}
	}
	if ref == "" {
		t.Fatal("the questionnaire asks for no file")
	}
	f.keepMade(ref, "draw-1.png", []byte("strokes"))
	if n, _ := f.response.Node(ref); n.Value != "draw-1.png" {
		t.Errorf("the answer is %q", n.Value)
	}
	var read string
	var failed error
	take := func(content []byte, err error) { read, failed = string(content), err }
	if f.keptFile("draw-1.png", 100, take); failed != nil || read != "strokes" {
		t.Errorf("read %q, %v", read, failed)
	}
	if f.keptFile("draw-1.png", 3, take); !errors.Is(failed, errTooLong) {
		t.Errorf("a file longer than wanted: %v", failed)
	}
	var gone *workspace.GoneError
	if f.keptFile("other.png", 100, take); !errors.As(failed, &gone) {
		t.Errorf("a file that isn't there: %v", failed)
	}
}

func TestAPictureIsNoLargerThanItsFormAsks(t *testing.T) {
	form := formstest.Fill(t, `
		| survey | type  | name  | label | parameters      |
		|        | image | small | Small | max-pixels=640  |
		|        | image | any   | Any   |                 |`)
	p := known(t, phone)
	m := image.NewGray(image.Rect(0, 0, 1600, 900))
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"small": 640, "any": 1600} {
		kept, err := p.work.Keep(t.Context(), "m.png", bytes.NewReader(b.Bytes()), workspace.Keeping{Longest: workspace.LongestSide(form.Of(name))})
		if err != nil {
			t.Fatal(err)
		}
		r, err := p.work.OpenKept(kept)
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := image.DecodeConfig(r)
		if err != nil || c.Width != want {
			t.Errorf("%s: it is %d wide, %v; want %d", name, c.Width, err, want)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
