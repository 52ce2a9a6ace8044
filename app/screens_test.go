package app

import (
	"cmp"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
)

var (
	pictures = flag.String("pictures", "", "folder to write a picture of every screen to")
	drawn    = flag.String("drawn", "", "expression for the names of the screens of which pictures are written; all without it")
)

// TestEveryScreenFitsItsWindow shows each screen of the gallery on a phone and
// on a laptop, at the smallest and the largest text, light and dark, and looks
// whether any words stick out at the side. With -pictures it draws them:
//
//	go test -tags ci ./app -run EveryScreen -pictures ../docs/screens
func TestEveryScreenFitsItsWindow(t *testing.T) {
	for _, c := range []struct {
		name    string
		size    fyne.Size
		chosen  workspace.Settings
		picture bool
	}{
		{"phone-light", phone, workspace.Settings{Look: workspace.LookLight}, true},
		{"phone-dark", phone, workspace.Settings{Look: workspace.LookDark}, true},
		{"phone-200", phone, workspace.Settings{Look: workspace.LookLight, TextSize: 200}, false},
		{"phone-80", phone, workspace.Settings{TextSize: 80}, false},
		{"laptop-light", laptop, workspace.Settings{Look: workspace.LookLight}, true},
		{"laptop-dark", laptop, workspace.Settings{Look: workspace.LookDark}, true},
		{"laptop-200", laptop, workspace.Settings{Look: workspace.LookLight, TextSize: 200}, false},
		{"phone-french", phone, workspace.Settings{Look: workspace.LookLight, Languages: []string{"fr"}}, true},
		{"laptop-french", laptop, workspace.Settings{Look: workspace.LookDark, Languages: []string{"fr"}}, true},
		{"phone-arabic", phone, workspace.Settings{Look: workspace.LookLight, Languages: []string{"ar"}}, true},
		{"laptop-arabic", laptop, workspace.Settings{Look: workspace.LookLight, Languages: []string{"ar"}}, true},
		{"phone-arabic-200", phone, workspace.Settings{Look: workspace.LookDark, TextSize: 200, Languages: []string{"ar"}}, false},
		{"phone-hindi", phone, workspace.Settings{Look: workspace.LookLight, Languages: []string{"hi"}}, true},
		{"laptop-hindi", laptop, workspace.Settings{Look: workspace.LookDark, Languages: []string{"hi"}}, true},
		{"phone-amharic", phone, workspace.Settings{Look: workspace.LookLight, Languages: []string{"am"}}, true},
		{"laptop-amharic", laptop, workspace.Settings{Look: workspace.LookDark, Languages: []string{"am"}}, true},
		{"phone-chinese", phone, workspace.Settings{Look: workspace.LookLight, Languages: []string{"zh"}}, true},
		{"laptop-chinese", laptop, workspace.Settings{Look: workspace.LookDark, Languages: []string{"zh"}}, true},
		{"phone-contrast", phone, workspace.Settings{Look: workspace.LookContrastLight}, true},
		{"laptop-contrast", laptop, workspace.Settings{Look: workspace.LookContrastDark}, true},
		{"phone-kikuyu", phone, workspace.Settings{Look: workspace.LookLight, Languages: []string{"ki"}}, false},
		{"hand", fyne.NewSize(200, 200), workspace.Settings{Look: workspace.LookLight}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.name != "phone-200" && c.name != "laptop-arabic" {
				t.Skip("with -short the widest words and the other direction are enough")
			}
			if *pictures == "" && slices.Contains([]string{"laptop-hindi", "laptop-amharic", "laptop-chinese"}, c.name) {
				t.Skip("drawn, not measured: what fits a phone in this language fits a laptop")
			}
			p := sitAt(t, t.TempDir(), Options{Version: "0.1.0", Log: diary("")}, c.size, inThoseDays)
			samples, err := p.gallery()
			if err != nil {
				t.Fatal(err)
			}
			if len(c.chosen.Languages) == 0 {
				c.chosen.Languages = []string{"en"}
			}
			p.settles(c.chosen)
			wanted := regexp.MustCompile(*drawn)
			for _, s := range samples {
				s.show()
				p.window.Resize(c.size)
				p.fits(s.name)
				if *pictures != "" && (c.picture || testing.Verbose()) && wanted.MatchString(s.name) {
					p.draws(filepath.Join(*pictures, c.name), s.name)
				}
			}
		})
	}
}

// inThoseDays is when the pictures are made: they are the same every day.
func inThoseDays() time.Time { return time.Date(2007, 8, 20, 10, 30, 0, 0, time.UTC) }

// fits says which words stick out of the window at the side, or out of what
// they stand in.
func (p *person) fits(name string) {
	p.t.Helper()
	width := p.window.Canvas().Size().Width
	var walk func(o fyne.CanvasObject, at fyne.Position)
	walk = func(o fyne.CanvasObject, at fyne.Position) {
		for _, c := range children(o) {
			where := at.Add(c.Position())
			if l, ok := c.(*canvas.Text); ok && l.Text != "" {
				if where.X < -1 || where.X+c.Size().Width > width+1 || c.MinSize().Width > width {
					p.t.Errorf("%s: %q reaches from %.0f to %.0f of %.0f", name, l.Text, where.X, where.X+c.Size().Width, width)
				}
				if room := o.Size().Width; l.MinSize().Width > room+1 {
					p.t.Errorf("%s: %q is %.0f wide where there is room for %.0f", name, l.Text, l.MinSize().Width, room)
				}
			}
			if l, ok := c.(*formview.Label); ok && l.Words() != "" && l.Position().Y+l.MinSize().Height > o.Size().Height+1 {
				p.t.Errorf("%s: %q reaches down to %.0f in something that is %.0f high", name, l.Words(), l.Position().Y+l.MinSize().Height, o.Size().Height)
			}
			walk(c, where)
		}
	}
	walk(p.window.Content(), p.window.Content().Position())
}

func (p *person) draws(folder, name string) {
	p.t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		p.t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(folder, fmt.Sprintf("%s.png", name)))
	if err != nil {
		p.t.Fatal(err)
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(f, fewColours(p.window.Canvas().Capture())); err != nil {
		p.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		p.t.Fatal(err)
	}
}

// fewColours draws a picture with at most 256 colours, so that it is small: the
// most frequent ones, and for the others the nearest of these.
func fewColours(from image.Image) image.Image {
	b := from.Bounds()
	exact := func(x, y int) color.NRGBA {
		red, green, blue, _ := from.At(x, y).RGBA()
		return color.NRGBA{uint8(red >> 8), uint8(green >> 8), uint8(blue >> 8), 0xFF}
	}
	count := map[color.NRGBA]int{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			count[exact(x, y)]++
		}
	}
	all := slices.SortedFunc(maps.Keys(count), func(a, b color.NRGBA) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	out := image.NewPaletted(b, nil)
	for _, c := range all[:min(len(all), 256)] {
		out.Palette = append(out.Palette, c)
	}
	known := map[color.NRGBA]uint8{}
	for i, c := range all {
		known[c] = uint8(i)
		if i > 255 {
			known[c] = uint8(out.Palette.Index(c))
		}
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out.Pix[out.PixOffset(x, y)] = known[exact(x, y)]
		}
	}
	return out
}
