package workspace_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/webform"
	"baraza.example/sync/batch"
	"baraza.example/sync/hub"
)

// blobs counts the files that are kept sealed on the device.
func (d *device) blobs() (n int) {
	for _, name := range d.disk.Files() {
		if strings.Contains(name, "blobs/") {
			n++
		}
	}
	return n
}

func give(t *testing.T, r webform.Response, ref string, name string, content []byte) {
	t.Helper()
	if err := r.Attach(t.Context(), forms.Ref(ref), name, bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
}

// A picture that somebody gives on a page of a hub tells no place, outlives a power
// cut, comes to the secretariat, and is deleted at the hub when it is received: with
// the one in whose place it came, and without what others gave of the same content.
func TestAFileGivenOnAPageIsCleanedSentAndForgotten(t *testing.T) {
	c := newCentre(t)
	d := newDevice(t)
	d.join(c.invite.File())
	k := kiosk(t, d)
	r, err := k.Begin(t.Context(), "key one", "en")
	if err != nil {
		t.Fatal(err)
	}
	give(t, r, "/data/photo", "first.jpg", photo(t, 40, 30))
	give(t, r, "/data/photo", "IMG_1.jpg", photo(t, 300, 200))
	give(t, r, "/data/map", "notes.txt", []byte("the same words"))
	d.crash()
	if n := d.blobs(); n != 3 {
		t.Fatalf("%d files are kept: %v", n, d.disk.Files())
	}
	k = kiosk(t, d)
	if r, err = k.Open(t.Context(), "key one", "en"); err != nil {
		t.Fatal(err)
	}
	written(t, r, "Nalubaale")

	other, err := k.Begin(t.Context(), "key two", "en")
	if err != nil {
		t.Fatal(err)
	}
	give(t, other, "/data/map", "notes.txt", []byte("the same words"))
	code, violations, err := r.Finish(t.Context(), "en")
	if err != nil || len(violations) > 0 || code == "" {
		t.Fatalf("%q, %v, %v", code, violations, err)
	}
	if n := d.blobs(); n != 2 {
		t.Errorf("finished, and %d files are kept: the one that was replaced stays", n)
	}
	h, err := d.Hub("Redio Amani", hub.Quota{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := d.Forward(t.Context(), h, c.road()); err != nil {
			t.Fatal(err)
		}
	}
	if n := c.records(batch.KindAttachment); n != 2 {
		t.Errorf("%d attachments came in", n)
	}
	if n := d.blobs(); n != 1 {
		t.Errorf("received, and %d files are kept; the other's is one", n)
	}
	written(t, other, "Rweru")
	if _, violations, err := other.Finish(t.Context(), "en"); err != nil || len(violations) > 0 {
		t.Errorf("the other response lost its file: %v, %v", violations, err)
	}
	for range 3 {
		if _, err := d.Forward(t.Context(), h, c.road()); err != nil {
			t.Fatal(err)
		}
	}
	if n := d.blobs(); n != 0 || c.records(batch.KindAttachment) != 3 {
		t.Errorf("%d files are kept after all was received, %d attachments came in", n, c.records(batch.KindAttachment))
	}
}

func TestFilesGivenOnAPageHaveTheirBounds(t *testing.T) {
	d := newDevice(t)
	k := kiosk(t, d)
	r, err := k.Begin(t.Context(), "key one", "en")
	if err != nil {
		t.Fatal(err)
	}
	heic := "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
	if err := r.Attach(t.Context(), "/data/photo", "a.heic", strings.NewReader(heic)); !errors.Is(err, webform.ErrFilePicture) {
		t.Errorf("a picture that can't be written anew: %v", err)
	}
	if d.blobs() != 0 {
		t.Error("and it was kept")
	}
	full := 0
	for i := range 25 {
		if err := r.Attach(t.Context(), "/data/photo", "a.txt", strings.NewReader(fmt.Sprint(i))); errors.Is(err, webform.ErrFilesFull) {
			full++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if full != 5 || d.blobs() != 20 {
		t.Errorf("of 25 files %d were refused, and %d are kept", full, d.blobs())
	}
}
