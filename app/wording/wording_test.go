package wording

import (
	"strings"
	"testing"

	"baraza.example/assets/locale"
	"baraza.example/sync/batch"
)

func TestEveryRefusalIsSaidInWords(t *testing.T) {
	for _, language := range []string{"en", "fr", "ar"} {
		l := locale.New(language)
		for _, code := range []batch.RefuseCode{batch.RefusedUnknown, batch.RefusedToken, batch.RefusedSignature, batch.RefusedMalformed,
			batch.RefusedGap, batch.RefusedFork, batch.RefusedElsewhere, batch.RefusedRevoked, batch.RefusedQuota, batch.RefusedFull, batch.RefusedVersion, batch.RefusedBusy} {
			if words := Refusal(l, string(code)+" hub"); words == string(code) || !strings.Contains(words, " ") {
				t.Errorf("%s: %s is said as %q", language, code, words)
			}
		}
	}
	if words := Refusal(locale.New("en"), "of-tomorrow"); words != "of-tomorrow" {
		t.Errorf("a code of a later version is said as %q", words)
	}
}
