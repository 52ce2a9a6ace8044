package imagemap

import (
	"errors"
	"image/color"
	"strings"
	"testing"
)

const body = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100">
	<defs><path id="none" d="M0 0 L200 0 L200 100 Z"/></defs>
	<rect id="ground" x="0" y="0" width="200" height="100" fill="#ffffff"/>
	<g id="left" transform="translate(10 10)"><rect width="40" height="80" fill="#ff0000"/><circle cx="60" cy="40" r="10"/></g>
	<path id="right" d="M120 10 h60 v80 h-60 Z M140 30 v40 h20 v-40 z" fill="#00ff00" fill-rule="evenodd"/>
	<path id="leaf" d="M100 50 C100 20 110 20 110 50 Q110 90 100 50 Z"/>
	<polygon id="small" points="150,45 155,45 155,55 150,55"/></svg>`

func anything(string) bool { return true }

func TestThePartThatIsTouchedIsKnown(t *testing.T) {
	d, err := Read([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	for want, p := range map[string]Point{
		"left": {20, 20}, "left ": {70, 50}, "ground": {60, 20}, "right": {130, 50}, "small": {152, 50}, "ground ": {145, 50}, "leaf": {105, 45}, "": {300, 5},
	} {
		if got := d.At(p, anything); got != strings.TrimSpace(want) {
			t.Errorf("at %v lies %q, want %q", p, got, want)
		}
	}
	if got := d.At(Point{152, 50}, func(id string) bool { return id == "ground" || id == "right" }); got != "ground" {
		t.Errorf("of what may be picked %q lies there", got)
	}
}

func TestADrawingIsDrawnAsLargeAsAsked(t *testing.T) {
	d, err := Read([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	m, err := d.Image(400)
	if err != nil || m.Bounds().Dx() != 400 || m.Bounds().Dy() != 200 {
		t.Fatalf("%v, %v", m.Bounds(), err)
	}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(m.At(x, y)).(color.RGBA) }
	if left, right := at(40, 40), at(260, 100); left.R < 200 || left.G > 50 || right.G < 200 || right.R > 50 {
		t.Errorf("left is %v, right is %v", left, right)
	}
	if m, err := d.Image(1 << 20); err != nil || m.Bounds().Dx() > maxSide {
		t.Errorf("a picture of %v, %v", m.Bounds(), err)
	}
}

func TestAHostileDrawingIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"a bomb":         `<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg viewBox="0 0 1 1">&a;</svg>`,
		"an entity":      `<svg viewBox="0 0 1 1">&a;</svg>`,
		"deep":           "<svg viewBox='0 0 1 1'>" + strings.Repeat("<g>", 100) + strings.Repeat("</g>", 100) + "</svg>",
		"many parts":     "<svg viewBox='0 0 1 1'>" + strings.Repeat("<g id='a'/>", MaxParts+1) + "</svg>",
		"corners":        "<svg viewBox='0 0 1 1'><polygon id='a' points='" + strings.Repeat("1,1 ", MaxCorners+1) + "'/></svg>",
		"large":          "<svg>" + strings.Repeat(" ", MaxBytes) + "</svg>",
		"no size":        "<svg/>",
		"endless":        `<svg viewBox="0 0 NaN 1e300"/>`,
		"a page":         "<html/>",
		"a picture":      "\x89PNG\r\n\x1a\n",
		"nothing":        "",
		"not at its end": body[:400],
	} {
		if d, err := Read([]byte(text)); !errors.Is(err, ErrDrawing) {
			t.Errorf("%s: read %v, %v", name, d, err)
		}
	}
}

// Nothing makes it panic, and what was read can be drawn and touched.
func FuzzRead(f *testing.F) {
	f.Add([]byte(body))
	f.Add([]byte(`<svg viewBox="0 0 9 9"><path id="a" d="M1 1a4 4 0 1 0 8 0z" transform="rotate(30 4 4) scale(2) skewX(9)"/></svg>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Read(data)
		if err != nil {
			return
		}
		_, _ = d.Image(40)
		if id := d.At(Point{d.Width / 2, d.Height / 2}, anything); id != "" && len(d.Parts) == 0 {
			t.Errorf("a part %q that isn't there", id)
		}
	})
}
