package workspace

import (
	"errors"
	"strings"
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/contribution"
	"baraza.example/storage"
)

func TestALongAnswerIsKeptWholeAndItsPiecesGoWithIt(t *testing.T) {
	dir := t.TempDir()
	w := device(t, dir)
	r, err := w.Start(t.Context(), "wgstudy_questionnaire", "")
	if err != nil {
		t.Fatal(err)
	}
	at := asked(r, r.Root().Children, "a")
	if at == "" {
		t.Fatal("the form does not ask a")
	}
	long := strings.Repeat("Word after word & <mark> – ", 5<<20/28)
	if err := r.Set(at, long); err != nil {
		t.Fatal(err)
	}
	if err := r.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := w.Resume(t.Context(), r.InstanceID())
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := again.Node(at); n.Value != long {
		t.Errorf("of %d bytes %d came back", len(long), len(n.Value))
	}
	if err := again.Set(at, "short"); err != nil {
		t.Fatal(err)
	}
	if err := again.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text, err := w.readPieces(t.Context(), r.InstanceID()); err != nil || len(text) > 0 {
		t.Errorf("%d bytes of the long answer are still there, %v", len(text), err)
	}
	third, err := w.Resume(t.Context(), r.InstanceID())
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := third.Node(at); n.Value != "short" {
		t.Errorf("the answer is %.20q", n.Value)
	}
}

func TestOfALongTextOnlyWhatChangedIsWrittenAgain(t *testing.T) {
	w := device(t, t.TempDir())
	c, err := contribution.New(contribution.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 600 {
		c.Paragraphs = append(c.Paragraphs, contribution.Paragraph{Number: n + 1, Text: strings.Repeat("x", 9_000)})
	}
	if err := w.SaveContribution(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	first, err := w.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Paragraphs[599].Text += " and the end"
	if err := w.SaveContribution(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	second, err := w.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if more := second.Bytes - first.Bytes; more > 2*pieceSize {
		t.Errorf("a word at the end wrote %d bytes", more)
	}
	got, err := w.Contribution(t.Context(), c.ID)
	if err != nil || len(got.Paragraphs) != 600 || got.Paragraphs[599] != c.Paragraphs[599] {
		t.Errorf("%d paragraphs came back, %v", len(got.Paragraphs), err)
	}
	c.Title, c.OnBehalf, c.Language, c.Publication = "T", "O", "en", contribution.Full
	if _, err := w.MakeContributionReady(t.Context(), c, ""); !errors.Is(err, ErrTooLong) {
		t.Errorf("making ready what no record carries: %v", err)
	}
	if _, err := w.Contribution(t.Context(), c.ID); err != nil {
		t.Errorf("after that the draft is gone: %v", err)
	}
	c.Paragraphs = c.Paragraphs[:3]
	if _, err := w.MakeContributionReady(t.Context(), c, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Contribution(t.Context(), c.ID); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("the draft is still there: %v", err)
	}
	if text, err := w.readPieces(t.Context(), c.ID); err != nil || len(text) > 0 {
		t.Errorf("%d bytes of its pieces, too, %v", len(text), err)
	}
}

// asked finds a question by its name.
func asked(r *Response, among []forms.Ref, name string) forms.Ref {
	for _, ref := range among {
		n, _ := r.Node(ref)
		if ref.Name() == name && len(n.Children) == 0 {
			return ref
		}
		if found := asked(r, n.Children, name); found != "" {
			return found
		}
	}
	return ""
}

// device is a workspace with the built-in form, set up.
func device(t *testing.T, dir string) *Workspace {
	t.Helper()
	_, form, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	w, err := Open(t.Context(), dir, Options{Forms: []Form{form}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if err := w.SetUp(t.Context(), "Ujirani Cooperative", ""); err != nil {
		t.Fatal(err)
	}
	return w
}
