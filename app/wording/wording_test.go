package wording

import (
	"strings"
	"testing"
	"unicode"

	"baraza.example/assets/locale"
	"baraza.example/sync/batch"
)

func TestEveryRefusalIsSaidInWords(t *testing.T) {
	for _, language := range []string{"en", "fr", "ar", "hi", "am", "zh"} {
		l := locale.New(language)
		for _, code := range []batch.RefuseCode{batch.RefusedUnknown, batch.RefusedToken, batch.RefusedSignature, batch.RefusedMalformed,
			batch.RefusedGap, batch.RefusedFork, batch.RefusedElsewhere, batch.RefusedRevoked, batch.RefusedQuota, batch.RefusedFull, batch.RefusedVersion, batch.RefusedBusy} {
			if words := Refusal(l, string(code)+" hub"); words == string(code) || !inWords(words) {
				t.Errorf("%s: %s is said as %q", language, code, words)
			}
		}
	}
	if words := Refusal(locale.New("en"), "of-tomorrow"); words != "of-tomorrow" {
		t.Errorf("a code of a later version is said as %q", words)
	}
}

// inWords tells a sentence from a name in code: it has spaces, or letters that no
// code has.
func inWords(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r == ' ' || r > unicode.MaxASCII })
}
