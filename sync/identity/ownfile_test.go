package identity

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"filippo.io/age"
)

func TestAFileIsSealedForItsOwnerAndTheAgeProgram(t *testing.T) {
	seed := FileSeed{1, 2, 3}
	var sealed bytes.Buffer
	w, err := seed.Seal(&sealed)
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Repeat([]byte("a backup "), 20_000)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	whole := sealed.Bytes()
	ids, err := age.ParseIdentities(bytes.NewReader([]byte(seed.AgeKey() + "\n"))) // as the age program reads them
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := age.Decrypt(bytes.NewReader(whole), ids...)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := seed.Open(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []io.Reader{theirs, ours} {
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, text) {
			t.Error(len(got), err)
		}
	}
	other := FileSeed{1, 2, 4}
	if _, err := other.Open(bytes.NewReader(whole)); !errors.Is(err, ErrOtherSeed) {
		t.Error(err)
	}
	for cut := range len(whole) { // never as if it were whole
		if cut%97 > 0 && cut < len(whole)-20 {
			continue
		}
		r, err := seed.Open(bytes.NewReader(whole[:cut]))
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if err == nil {
			t.Fatalf("cut at %d and not noticed", cut)
		}
	}
}

func TestTheSeedIsWrittenAsAgeWritesIt(t *testing.T) {
	for i := range 50 {
		seed := FileSeed{byte(i), 255, byte(i * 7)}
		id, err := age.ParseHybridIdentity(seed.AgeKey())
		if err != nil || id.String() != seed.AgeKey() {
			t.Errorf("%s: %v", seed.AgeKey(), err)
		}
	}
}
