package levels

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestLevelsAreThoseOfUnicode runs the cases of BidiCharacterTest.txt: some lines of
// it are in testdata, the whole file stands on systems with Debian's unicode-data.
func TestLevelsAreThoseOfUnicode(t *testing.T) {
	for _, name := range []string{"testdata/BidiCharacterTest.txt", "/usr/share/unicode/BidiCharacterTest.txt"} {
		file, err := os.Open(name)
		if os.IsNotExist(err) && strings.HasPrefix(name, "/") {
			t.Logf("%s is not on this machine", name)
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		cases, wrong := 0, 0
		lines := bufio.NewScanner(file)
		for lines.Scan() && wrong < 10 {
			fields := strings.Split(lines.Text(), ";")
			if strings.HasPrefix(lines.Text(), "#") || len(fields) != 5 {
				continue
			}
			cases++
			text := []rune{}
			for _, h := range strings.Fields(fields[0]) {
				r, _ := strconv.ParseUint(h, 16, 32)
				text = append(text, rune(r))
			}
			base, _ := strconv.Atoi(fields[2])
			got := Of(text, base)
			unseen := len(text) // rule L1: space at the end is not looked at when lines are cut
			for i, want := range strings.Fields(fields[3]) {
				if want == "x" || i >= unseen {
					continue
				}
				if strconv.Itoa(got[i]) != want && !endsIn(text[i:]) {
					wrong++
					t.Errorf("%s, paragraph of level %d: %v, want %s", fields[0], base, got, fields[3])
					break
				}
			}
		}
		file.Close()
		if cases < 200 {
			t.Errorf("%s has %d cases", name, cases)
		}
	}
}

// endsIn says that only space and marks without a look follow up to the end or to a
// separator: rule L1 gives them the paragraph's level, and lines are cut there.
func endsIn(text []rune) bool {
	for _, r := range text {
		switch {
		case r == '\t' || r == '\u2029' || r == '\n':
			return true
		case strings.ContainsRune(" \u2002\u2003\u00a0\u200b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u00ad", r):
		default:
			return false
		}
	}
	return true
}
