package formview

import (
	"regexp"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"baraza.example/forms/session"
)

// Point asks for a place on the earth, typed or pasted: there is no position of
// the device to be had. When the field is left it shows how it was understood.
type Point struct {
	widget.BaseWidget
	OnAnswer func(value string)
	OnLeave  func()

	field *Entry
	box   *fyne.Container
	value string
}

func newPoint(around *surroundings) *Point {
	p := &Point{field: NewEntry(false)}
	p.field.PlaceHolder = around.words.Say("fill.point_hint")
	p.field.OnText = func(text string) {
		p.value = strings.TrimSpace(text)
		if read, ok := readPoint(text); ok {
			p.value = read
		}
		if p.OnAnswer != nil {
			p.OnAnswer(p.value)
		}
	}
	p.field.OnFocus = func(gained bool) {
		if gained {
			around.reveal(p.field)
			return
		}
		p.write()
		if p.OnLeave != nil {
			p.OnLeave()
		}
	}
	p.box = NewStack(gapWords, UnderWheel(around.page, p.field))
	p.ExtendBaseWidget(p)
	return p
}

// Display shows the place of n.
func (p *Point) Display(n session.Node) {
	if p.field.Disabled() != n.ReadOnly {
		if n.ReadOnly {
			p.field.Disable()
		} else {
			p.field.Enable()
		}
	}
	if n.Value != p.value {
		p.value = n.Value
		p.write()
	}
}

func (p *Point) write() {
	if p.field.Text == p.value {
		return
	}
	told := p.field.OnText
	p.field.OnText = nil
	p.field.SetText(p.value)
	p.field.OnText = told
}

// First is what gets the focus when the question is gone to.
func (p *Point) First() fyne.Focusable { return p.field }

// CreateRenderer implements [fyne.Widget].
func (p *Point) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.box) }

var (
	decimalPoint = regexp.MustCompile(`^(?:geo:)?\s*([+-]?\d{1,3}(?:\.\d{1,15})?)°?\s*[,;\s]\s*([+-]?\d{1,3}(?:\.\d{1,15})?)°?$`)
	anglePoint   = regexp.MustCompile(`^` + angle + `([NSns])[,;\s]*` + angle + `([EWOewo])$`)
)

// angle is degrees, and minutes and seconds where there are any.
const angle = `(\d{1,3}(?:\.\d{1,15})?)\s*°?\s*(?:(\d{1,2}(?:\.\d{1,15})?)\s*['′’]\s*)?(?:(\d{1,2}(?:\.\d{1,15})?)\s*(?:"|″|”|'')\s*)?\s*`

// readPoint reads a latitude and a longitude as maps and devices write them
// ("-1.2833, 36.8167", "geo:-1.28,36.81", "1°17′0″S 36°49′E"), and returns them
// in degrees with a space between.
func readPoint(typed string) (string, bool) {
	typed = strings.TrimSpace(typed)
	if m := decimalPoint.FindStringSubmatch(typed); m != nil {
		return strings.TrimPrefix(m[1], "+") + " " + strings.TrimPrefix(m[2], "+"), true
	}
	m := anglePoint.FindStringSubmatch(typed)
	if m == nil {
		return "", false
	}
	degrees := func(parts []string, negative bool) (string, bool) {
		sum := 0.0
		for i, unit := range []float64{1, 60, 3600} {
			if parts[i] == "" {
				continue
			}
			x, err := strconv.ParseFloat(parts[i], 64)
			if err != nil || i > 0 && x >= 60 {
				return "", false
			}
			sum += x / unit
		}
		if negative {
			sum = -sum
		}
		short := strings.TrimRight(strconv.FormatFloat(sum, 'f', 7, 64), "0")
		return strings.TrimSuffix(short, "."), true
	}
	north, ok1 := degrees(m[1:4], strings.EqualFold(m[4], "s"))
	east, ok2 := degrees(m[5:8], !strings.EqualFold(m[8], "e")) // O is west in French
	return north + " " + east, ok1 && ok2
}
