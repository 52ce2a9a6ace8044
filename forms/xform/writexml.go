package xform

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"baraza.example/forms"
)

// A markup is an element to be written or, without a name, a text.
type markup struct {
	name  string
	attrs []forms.Attr
	kids  []*markup
	words string
}

func tag(name string) *markup { return &markup{name: name} }

// with gives an attribute, blank or not. A later value takes the place of an
// earlier one.
func (m *markup) with(name, value string) *markup {
	for i := range m.attrs {
		if m.attrs[i].Name == name {
			m.attrs[i].Value = value
			return m
		}
	}
	m.attrs = append(m.attrs, forms.Attr{Name: name, Value: value})
	return m
}

// set gives an attribute where there is a value.
func (m *markup) set(name, value string) *markup {
	if value != "" {
		m.with(name, value)
	}
	return m
}

func (m *markup) add(kids ...*markup) *markup {
	m.kids = append(m.kids, kids...)
	return m
}

// say adds text.
func (m *markup) say(words string) *markup {
	if words != "" {
		m.kids = append(m.kids, &markup{words: words})
	}
	return m
}

func (m *markup) String() string {
	var b strings.Builder
	m.print(&b, "", true)
	return b.String()
}

// print writes m, in lines of its own unless text stands beside it.
func (m *markup) print(b *strings.Builder, indent string, lines bool) {
	if m.name == "" {
		escapeText(b, m.words)
		return
	}
	end := ""
	if lines {
		end = "\n"
	}
	b.WriteString(indent + "<" + m.name)
	slices.SortFunc(m.attrs, byPrefixThenName)
	for _, a := range m.attrs {
		b.WriteString(" " + a.Name + `="`)
		escapeAttribute(b, a.Value)
		b.WriteByte('"')
	}
	switch {
	case len(m.kids) == 0:
		b.WriteString("/>" + end)
		return
	case m.hasText():
		// pyxform sets text that stands beside other things off with spaces.
		b.WriteByte('>')
		apart := len(m.kids) > 1
		if apart && m.kids[0].name == "" {
			b.WriteByte(' ')
		}
		for _, k := range m.kids {
			k.print(b, "", false)
		}
		if apart {
			b.WriteByte(' ')
		}
	case lines:
		b.WriteString(">\n")
		for _, k := range m.kids {
			k.print(b, indent+"  ", true)
		}
		b.WriteString(indent)
	default:
		b.WriteByte('>')
		for _, k := range m.kids {
			k.print(b, "", false)
		}
	}
	b.WriteString("</" + m.name + ">" + end)
}

func (m *markup) hasText() bool {
	return slices.ContainsFunc(m.kids, func(k *markup) bool { return k.name == "" })
}

// byPrefixThenName puts attributes without a prefix first.
func byPrefixThenName(a, b forms.Attr) int {
	pa, _, okA := strings.Cut(a.Name, ":")
	pb, _, okB := strings.Cut(b.Name, ":")
	if !okA {
		pa = ""
	}
	if !okB {
		pb = ""
	}
	return cmp.Or(cmp.Compare(pa, pb), cmp.Compare(a.Name, b.Name))
}

func escapeText(b *strings.Builder, s string) {
	for _, c := range s {
		switch c {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '\r':
			b.WriteString("&#13;")
		default:
			b.WriteRune(writable(c))
		}
	}
}

func escapeAttribute(b *strings.Builder, s string) {
	for _, c := range s {
		switch c {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '"':
			b.WriteString("&quot;")
		case '\t':
			b.WriteString("&#9;")
		case '\n':
			b.WriteString("&#10;")
		case '\r':
			b.WriteString("&#13;")
		default:
			b.WriteRune(writable(c))
		}
	}
}

// writable gives characters that XML can't hold the one that stands for such.
func writable(c rune) rune {
	if c == '\t' || c == '\n' || c >= 0x20 && c < 0xFFFE || c > 0xFFFF {
		return c
	}
	return utf8.RuneError
}
