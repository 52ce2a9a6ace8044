package workspace_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/forms"
	"baraza.example/forms/session"
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

func value(t *testing.T, r *workspace.Response, ref forms.Ref) string {
	t.Helper()
	n, ok := r.Node(ref)
	if !ok {
		t.Fatalf("no node %s", ref)
	}
	return n.Value
}

func TestDraftsOutliveAPowerCut(t *testing.T) {
	d := newDevice(t)
	first, second := d.start(), d.start()
	answer(t, first, "/data/lake", "Nalubaale")
	answer(t, second, "/data/lake", "Tanganyika")
	var v *session.Violation
	if err := second.Set("/data/boats", "-3"); !errors.As(err, &v) {
		t.Errorf("minus three boats: %v", err)
	}
	if err := second.Save(t.Context()); err != nil { // what was typed is kept all the same
		t.Fatal(err)
	}
	d.crash()
	again := d.resume(first.InstanceID())
	if got := value(t, again, "/data/lake"); got != "Nalubaale" {
		t.Errorf("the first draft says %q", got)
	}
	other := d.resume(second.InstanceID())
	if value(t, other, "/data/lake") != "Tanganyika" || value(t, other, "/data/boats") != "-3" {
		t.Error("the second draft lost an answer")
	}

	// One is finished; the other stays a draft of the same form.
	ready(t, again)
	if _, err := d.Resume(t.Context(), first.InstanceID()); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("the draft of a finished response: %v", err)
	}
	if _, violations, err := other.MakeReady(t.Context(), "sw"); err != nil || len(violations) != 1 || violations[0].Ref != "/data/boats" {
		t.Errorf("an answer that breaks its constraint: %v, %v", violations, err)
	}
	if value(t, d.resume(second.InstanceID()), "/data/boats") != "-3" {
		t.Error("being refused cost an answer")
	}
	answer(t, other, "/data/boats", "3")
	ready(t, other)
	if n := len(d.items()); n != 2 {
		t.Errorf("%d items", n)
	}
}

func TestAnInterruptedProgramFindsItsOwnDraftByItsTag(t *testing.T) {
	d := newDevice(t)
	r, err := d.Start(t.Context(), "boats", "row 7")
	if err != nil {
		t.Fatal(err)
	}
	d.crash()
	instance, item, err := d.Tagged(t.Context(), "row 7")
	if err != nil || instance != r.InstanceID() || item != nil {
		t.Fatal(instance, item, err)
	}
	r = d.resume(instance)
	answer(t, r, "/data/lake", "Kivu")
	made := ready(t, r)
	d.crash()
	instance, item, err = d.Tagged(t.Context(), "row 7")
	if err != nil || instance != "" || item == nil || item.Name != made.Name {
		t.Fatal(instance, item, err)
	}
	if instance, item, err = d.Tagged(t.Context(), "row 8"); instance != "" || item != nil || err != nil {
		t.Error(instance, item, err)
	}
}

func TestAFinishedResponseIsNotMadeReadyTwice(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	r := d.start()
	answer(t, r, "/data/lake", "Kivu")
	first := ready(t, r)
	if second, violations, err := r.MakeReady(t.Context(), "sw"); err == nil && len(violations) == 0 && second.Record != first.Record {
		t.Errorf("made ready again as another record: %v, then %v", first.Record, second.Record)
	}
	// Another window still shows the draft as it was.
	if err := r.Set("/data/lake", "Tanganyika"); err != nil {
		t.Fatal(err)
	}
	if err := r.Save(t.Context()); !errors.Is(err, workspace.ErrFinished) {
		t.Errorf("a finished response was saved as a draft: %v", err)
	}
	if n := len(d.items()); n != 1 {
		t.Errorf("%d items", n)
	}
	d.meet(c)
	if n := c.records(batch.KindResponse); n != 1 {
		t.Errorf("%d records", n)
	}
	if n := c.counted()[r.InstanceID()]; n != 1 {
		t.Errorf("counted %d times", n)
	}
	d.received(c, first.Name)
}

func TestOneWindowFinishesWhatAnotherStillShows(t *testing.T) {
	d := newDevice(t)
	one := d.start()
	answer(t, one, "/data/lake", "Kivu")
	other := d.resume(one.InstanceID())
	ready(t, one)
	if err := other.Set("/data/lake", "Tanganyika"); err != nil {
		t.Fatal(err)
	}
	if err := other.Save(t.Context()); !errors.Is(err, workspace.ErrFinished) {
		t.Errorf("saved: %v", err)
	}
	if _, _, err := other.MakeReady(t.Context(), "sw"); !errors.Is(err, workspace.ErrFinished) {
		t.Errorf("made ready: %v", err)
	}
	if n := len(d.items()); n != 1 {
		t.Errorf("%d items", n)
	}
}

func TestATextThatFitsNoRecordDoesNotHoldUpTheOthers(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	noise := make([]byte, 1300<<10) // hardly compresses
	rand.Read(noise)
	r := d.start()
	answer(t, r, "/data/lake", base64.StdEncoding.EncodeToString(noise))
	for range 2 {
		if _, _, err := r.MakeReady(t.Context(), "sw"); !errors.Is(err, workspace.ErrTooLong) {
			t.Errorf("far too long: %v", err)
		}
	}
	short := d.respond("Kivu")
	d.meet(c)
	d.received(c, short.Name)
	again := d.resume(r.InstanceID())
	answer(t, again, "/data/lake", "Nalubaale")
	made := ready(t, again)
	d.meet(c)
	d.received(c, made.Name)
}

func TestAttachmentsAreKeptUnderNamesThatHarmNobody(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	names := map[string]string{
		"../../etc/passwd":      "passwd",
		`C:\Users\me\photo.jpg`: "photo.jpg",
		"a\x00b\n\x1b[2J.jpg":   "a_b__[2J.jpg",
		`boats: "all"?.jpg`:     "boats_ _all__.jpg",
		"..":                    "file",
		"...":                   "file",
		".":                     "file",
		"":                      "file",
		"/":                     "_",
		"صورة القوارب.jpg":      "صورة القوارب.jpg",
		"bad\xff\xfeutf8.jpg":   "bad\ufffd\ufffdutf8.jpg",
	}
	for name, want := range names {
		r := d.start()
		answer(t, r, "/data/lake", "Kivu")
		if err := r.Attach(t.Context(), "/data/photo", name, strings.NewReader("picture "+name), workspace.Keeping{}); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if got := value(t, r, "/data/photo"); got != want {
			t.Errorf("%q is kept as %q, not %q", name, got, want)
		}
		i := ready(t, r)
		d.meet(c)
		s := c.body(d.item(i.Name).Record)
		if len(s.Attachments) != 1 || s.Attachments[0].Name != want || !s.Attachments[0].Whole() {
			t.Errorf("%q came in as %+v", name, s.Attachments)
		}
		if i = d.item(i.Name); i.Attached != 1 || i.AttachedOK != 1 {
			t.Errorf("%q: %d of %d attachments received", name, i.AttachedOK, i.Attached)
		}
	}
	r := d.start()
	if err := r.Attach(t.Context(), "/data/photo", strings.Repeat("long ", 2000)+".jpeg", strings.NewReader("x"), workspace.Keeping{}); err != nil {
		t.Fatal(err)
	}
	if got := value(t, r, "/data/photo"); len(got) > 200 || !strings.HasSuffix(got, ".jpeg") {
		t.Errorf("a name of 10,000 characters is kept as one of %d bytes: …%s", len(got), got[max(0, len(got)-20):])
	}
}

func TestTwoAttachmentsOfOneNameStayTwo(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	r := d.start()
	answer(t, r, "/data/lake", "Kivu")
	large := bytes.Repeat([]byte("a large map "), 5000)
	for ref, content := range map[forms.Ref]io.Reader{"/data/photo": strings.NewReader("the picture"), "/data/map": bytes.NewReader(large)} {
		if err := r.Attach(t.Context(), ref, "scan.jpg", content, workspace.Keeping{}); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := value(t, r, "/data/photo"), value(t, r, "/data/map"); a == b {
		t.Fatalf("both are called %q", a)
	}
	d.crash()
	r = d.resume(r.InstanceID())
	i := ready(t, r)

	// The link breaks in the middle of the large one.
	if _, err := d.Exchange(t.Context(), &road{c: c, up: 30_000, down: -1}); err == nil {
		t.Fatal("the link did not break")
	}
	d.crash()
	d.meet(c)
	s := c.body(d.item(i.Name).Record)
	sizes := []int64{}
	for _, a := range s.Attachments {
		if !a.Whole() {
			t.Errorf("%s: %d of %d pieces", a.Name, a.Held, a.Pieces)
		}
		sizes = append(sizes, a.Size)
	}
	slices.Sort(sizes)
	if want := []int64{11, int64(len(large))}; !slices.Equal(sizes, want) {
		t.Errorf("sizes %v, want %v", sizes, want)
	}
	if i = d.item(i.Name); i.Attached != 2 || i.AttachedOK != 2 {
		t.Errorf("%d of %d received", i.AttachedOK, i.Attached)
	}
}

// endless is a file that never ends, and costs nothing to make.
type endless struct{}

func (endless) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// sieve is a disk that keeps no content of attachments, so that a very large
// one can be tried without its room.
type sieve struct{ storage.FS }

func (s sieve) Create(name string) (storage.File, error) {
	f, err := s.FS.Create(name)
	if err == nil && strings.Contains(name, "blobs") {
		return &drain{File: f}, nil
	}
	return f, err
}

type drain struct {
	storage.File
	size int64
}

func (d *drain) Write(b []byte) (int, error) { d.size += int64(len(b)); return len(b), nil }
func (d *drain) Size() (int64, error)        { return d.size, nil }
func (d *drain) Truncate(int64) error        { return nil }

func TestAnAttachmentBeyondTheLimitIsRefusedAndTheAnswerStays(t *testing.T) {
	if testing.Short() {
		t.Skip("seals half a gigabyte")
	}
	d := newDevice(t)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Open(t.Context(), "store", workspace.Options{
		Store: storage.Options{FS: sieve{d.disk}, MemoryIndex: true, NoBallast: true}, Forms: []workspace.Form{boatsForm(t)},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Workspace = w
	r := d.start()
	answer(t, r, "/data/lake", "Kivu")
	err = r.Attach(t.Context(), "/data/photo", "film.mov", endless{}, workspace.Keeping{})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("larger than %d MB", batch.MaxAttachment>>20)) {
		t.Errorf("an attachment without end: %v", err)
	}
	if got := value(t, r, "/data/photo"); got != "" || len(r.Files()) != 0 {
		t.Errorf("it is attached all the same: %q, %v", got, r.Files())
	}
	if value(t, r, "/data/lake") != "Kivu" {
		t.Error("an answer was lost")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatCannotBeReadLeavesTheDraftAsItWas(t *testing.T) {
	d := newDevice(t)
	r := d.start()
	answer(t, r, "/data/lake", "Kivu")
	broken := errors.New("the stick was pulled out")
	if err := r.Attach(t.Context(), "/data/photo", "a.jpg", io.MultiReader(strings.NewReader("half"), failing{broken}), workspace.Keeping{}); !errors.Is(err, broken) {
		t.Error(err)
	}
	if value(t, r, "/data/photo") != "" || len(r.Files()) != 0 {
		t.Error("half a file is attached")
	}
	answer(t, r, "/data/photo", "b.jpg") // a name alone, as from a list of answers
	if got := r.Unattached(); !slices.Equal(got, []forms.Ref{"/data/photo"}) {
		t.Errorf("unattached: %v", got)
	}
	if _, _, err := r.MakeReady(t.Context(), "sw"); err == nil {
		t.Error("made ready without the file that it names")
	}
	if value(t, d.resume(r.InstanceID()), "/data/lake") != "Kivu" {
		t.Error("the draft is gone")
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestManyPeopleAtOneDevice(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	var all sync.WaitGroup
	names := make([]string, 8)
	for i := range names {
		r := d.start()
		all.Go(func() {
			if err := errors.Join(r.Set("/data/lake", fmt.Sprint("lake ", i)), r.Save(t.Context())); err != nil {
				t.Error(err)
				return
			}
			item, _, err := r.MakeReady(t.Context(), "sw")
			if err != nil {
				t.Error(err)
			}
			names[i] = item.Name
			if _, err := d.Exchange(t.Context(), c.road()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	d.meet(c)
	d.received(c, names...)
	if n := len(c.counted()); n != len(names) {
		t.Errorf("%d of %d counted", n, len(names))
	}
}
