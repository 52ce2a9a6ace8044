package formview

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"baraza.example/assets/locale"
)

// seen is a line as a reader sees it, from left to right: Fyne draws the
// pieces between marks one after the other and turns Arabic letters round.
func seen(line string) string {
	var b strings.Builder
	for piece := range strings.SplitSeq(line, string(leftMark)) {
		letters := []rune(piece)
		if slices.ContainsFunc(letters, rightToLeft) {
			slices.Reverse(letters)
		}
		b.WriteString(string(letters))
	}
	return b.String()
}

func back(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}

func TestNumbersAndNamesStandInTheRightPlaceWithinArabic(t *testing.T) {
	rtl, ltr := locale.RightToLeft, locale.LeftToRight
	for _, c := range []struct {
		name, words string
		direction   locale.Direction
		want        string
	}{
		{"a number at the end", "القرار 141", rtl, "141 " + back("القرار")},
		{"brackets and a year", "القرار 141 (أنطاليا، 2006)", rtl, "(2006 " + back("أنطاليا،") + ") 141 " + back("القرار")},
		{"Latin within", "أنشطة ITU المتصلة", rtl, back("المتصلة") + " ITU " + back("أنشطة")},
		{"Latin first", "WSIS والاتحاد", rtl, back("والاتحاد") + " WSIS"},
		{"two Latin words", "قال Radio Amani نعم", rtl, back("نعم") + " Radio Amani " + back("قال")},
		{"Arabic within English", "Resolution 141 (القرار 141) adopted", ltr, "Resolution 141 (141 " + back("القرار") + ") adopted"},
		{"English that begins with Arabic", "بشأن ITU.", ltr, back("بشأن") + " ITU."},
		{"Arabic alone", "السلام عليكم", rtl, back("السلام عليكم")},
		{"facts", "جديد · English · 19 أغسطس 2007", rtl, "2007 " + back("أغسطس") + " 19 · English · " + back("جديد")},
		{"facts within English", "العربية · 19 August", ltr, back("العربية") + " · 19 August"},
		{"Hebrew", "שלום 12 עולם", rtl, back("עולם") + " 12 " + back("שלום")},
	} {
		if got := seen(inOrder(c.words, c.direction)); got != c.want {
			t.Errorf("%s: one sees %q, and should see %q", c.name, got, c.want)
		}
	}
}

func TestLatinTextIsLeftAlone(t *testing.T) {
	const words = "Resolution 141 (Antalya, 2006)\n  twice"
	if got := inOrder(words, locale.LeftToRight); got != words {
		t.Errorf("it became %q", got)
	}
}

func TestLinesBreakBeforeTheyAreTurned(t *testing.T) {
	letters := func(s string) float32 { return float32(utf8.RuneCountInString(s)) }
	got := broken("القرار 141 بشأن ITU و WSIS", 12, letters)
	want := []string{"141 " + back("القرار"), back("و") + " ITU " + back("بشأن"), "WSIS"}
	if len(got) != len(want) {
		t.Fatalf("%d lines: %q", len(got), got)
	}
	for i := range want {
		if line := seen(inOrder(got[i], locale.RightToLeft)); line != want[i] {
			t.Errorf("line %d: %q, want %q", i+1, line, want[i])
		}
	}
}

func TestSignsStayWithTheLatinNameThatIsBroken(t *testing.T) {
	letters := func(s string) float32 { return float32(utf8.RuneCountInString(s)) }
	lines := carried(broken("بشأن: Ujirani Cooperative — KE, TZ", 25, letters), locale.RightToLeft)
	if len(lines) != 2 {
		t.Fatalf("lines %q", lines)
	}
	if got := seen(inOrder(lines[1], locale.RightToLeft)); got != "— KE, TZ" {
		t.Errorf("the second line is %q", got)
	}
	if lines := carried([]string{"شبكة الواحة —", "تونس"}, locale.RightToLeft); lines[0] != "شبكة الواحة —" {
		t.Errorf("Arabic that goes on was marked: %q", lines)
	}
}

func TestALatinSentenceWithinArabicKeepsItsFullStop(t *testing.T) {
	mirror(t)
	got := seen(inOrder("1 من 3 · "+OnePiece("Hold it here."), locale.RightToLeft))
	if want := "Hold it here. · 3 " + back("من") + " 1"; got != want {
		t.Errorf("it reads %q, want %q", got, want)
	}
	if said := OnePiece("شبكة الواحة."); said != "شبكة الواحة." {
		t.Errorf("Arabic was marked: %q", said)
	}
}

func TestAHintWithinAFieldStandsInOrder(t *testing.T) {
	mirror(t)
	e := NewEntry(true)
	e.PlaceHolder = "السنة، مثل 2007."
	e.Resize(fyne.NewSize(400, 40))
	if got, want := seen(e.PlaceHolder), ".2007 "+back("السنة، مثل"); got != want {
		t.Errorf("it reads %q, want %q", got, want)
	}
	e.PlaceHolder, e.hint = strings.Repeat("السنة مثل 2007 ", 12), ""
	e.Resize(fyne.NewSize(300, 40))
	first, _, more := strings.Cut(e.PlaceHolder, "\n")
	if !more || !strings.HasSuffix(seen(first), back("السنة")) {
		t.Errorf("its first line reads %q", seen(first))
	}
}

// FuzzInOrder: no letter is lost or added, whatever is typed.
func FuzzInOrder(f *testing.F) {
	f.Add("القرار 141 (أنطاليا، 2006) بشأن ITU")
	f.Add("\u202eabc\u2066אב\u2069 12,5")
	f.Fuzz(func(t *testing.T, words string) {
		if !utf8.ValidString(words) || len(words) > 1000 {
			return
		}
		letters := func(s string) string {
			out := slices.DeleteFunc([]rune(s), func(r rune) bool {
				_, bracket := mirrored[r]
				return bracket || r == leftMark || r == rightMark || strings.TrimSpace(string(r)) == ""
			})
			slices.Sort(out)
			return string(out)
		}
		got := inOrder(words, locale.RightToLeft)
		if letters(got) != letters(words) {
			t.Errorf("%q became %q", words, got)
		}
	})
}
