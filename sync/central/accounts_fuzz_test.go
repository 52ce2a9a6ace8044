package central

import "testing"

// FuzzVerifier: what is read is written as the same text, and never asks for
// more memory or time than the limits allow.
func FuzzVerifier(f *testing.F) {
	for _, seed := range []string{"", "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=4294967295,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parseVerifier(text)
		if err != nil {
			return
		}
		if v.String() != text || v.memory > maxArgonMemory || v.time > maxArgonTime || v.time == 0 || v.threads == 0 {
			t.Errorf("%q: %+v", text, v)
		}
	})
}
