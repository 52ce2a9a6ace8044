package workspace

import (
	"strings"
	"testing"

	"baraza.example/sync/identity"
)

// Every character that a code may have is said by a word of its own.
func TestACodeIsSpeltOnTheAir(t *testing.T) {
	if got := OnAir("0A1B2-C3D4E"); got != "zero Alfa one Bravo two – Charlie three Delta four Echo" {
		t.Errorf("said as %q", got)
	}
	said := map[string]bool{}
	for i := range 256 {
		code := identity.Code([]byte{byte(i), byte(i * 7), byte(i * 31), byte(i * 5), byte(i * 3), byte(i)})
		if n := len(strings.Fields(OnAir(code))); n != len(code) {
			t.Errorf("%s is said with %d words", code, n)
		}
		for _, w := range strings.Fields(OnAir(code)) {
			said[w] = true
		}
	}
	if len(said) != 33 { // 32 characters and the hyphen
		t.Errorf("%d words for 33 characters", len(said))
	}
}
