package workspace

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
	"baraza.example/storage"
)

// titles are those of the briefs, sorted.
func titles(t *testing.T, w *Workspace) (all []string) {
	t.Helper()
	briefs, err := w.Briefs(t.Context())
	if err != nil {
		t.Error(err)
	}
	for _, b := range briefs {
		all = append(all, b.Title)
	}
	slices.Sort(all)
	return all
}

func startedBy(t *testing.T, w *Workspace, organisation string) *Response {
	t.Helper()
	r, err := w.Start(t.Context(), "wgstudy_questionnaire", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Fill(r.Session, map[string]any{"a": "Everybody.", "org_name": organisation}); err != nil {
		t.Fatal(err)
	}
	if err := r.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBriefsFollowWhatIsWritten(t *testing.T) {
	w := device(t, t.TempDir())
	r := startedBy(t, w, "Radio Ujirani")
	c, err := contribution.New(contribution.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.Title = "The lake"
	if err := w.SaveContribution(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got := titles(t, w); !slices.Equal(got, []string{"Radio Ujirani", "The lake"}) {
		t.Errorf("listed are %q", got)
	}
	if err := r.Discard(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := titles(t, w); !slices.Equal(got, []string{"The lake"}) {
		t.Errorf("listed are %q after one was discarded", got)
	}
	c.Title = "The lake and the river"
	if err := w.SaveContribution(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got := titles(t, w); !slices.Equal(got, []string{"The lake and the river"}) {
		t.Errorf("listed are %q after it was changed", got)
	}
}

// withoutBriefs makes the store what it was before there were briefs.
func withoutBriefs(t *testing.T, w *Workspace) {
	t.Helper()
	err := w.store.Update(t.Context(), func(tx *storage.Tx) error {
		var keys []string
		for b, err := range w.tables.briefs.In(tx).All("") {
			if err != nil {
				return err
			}
			keys = append(keys, b.Key)
		}
		for _, k := range keys {
			if err := w.tables.briefs.In(tx).Delete(k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBriefsAreMadeForTheStoreOfAnOlderProgram(t *testing.T) {
	w := device(t, t.TempDir())
	startedBy(t, w, "Radio Ujirani")
	withTag, err := w.Start(t.Context(), "wgstudy_questionnaire", kioskTag+"stranger")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	err = w.store.Update(t.Context(), func(tx *storage.Tx) error {
		for i := range briefsAtOnce + 3 { // more than one transaction makes
			name := fmt.Sprintf("Group %04d", i)
			want = append(want, name)
			d := draft{Author: name, Named: true}
			if err := w.tables.drafts.In(tx).Put(fmt.Sprintf("uuid:%04d", i), d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, "Radio Ujirani")
	withoutBriefs(t, w)
	if got := titles(t, w); !slices.Equal(got, want) {
		t.Errorf("%d of %d are listed, the stranger's draft %s among them or not", len(got), len(want), withTag.InstanceID())
	}
	if _, err := w.tables.briefs.Get(t.Context(), keyBriefed); err != nil {
		t.Error("they are made again the next time:", err)
	}
}

func TestADraftOfANewerProgramIsToldOfAndTheOthersAreListed(t *testing.T) {
	w := device(t, t.TempDir())
	startedBy(t, w, "Radio Ujirani")
	newer := storage.NewCollectionOf(w.store, storage.KindDraft, storage.Schema[draft]{Version: 2})
	if err := newer.Put(t.Context(), "uuid:of-a-newer-program", draft{}); err != nil {
		t.Fatal(err)
	}
	withoutBriefs(t, w)
	briefs, err := w.Briefs(t.Context())
	if len(briefs) != 1 || briefs[0].Title != "Radio Ujirani" || !errors.Is(err, storage.ErrNewer) {
		t.Errorf("listed are %+v, %v", briefs, err)
	}
	if _, err := w.tables.briefs.Get(t.Context(), keyBriefed); !errors.Is(err, storage.ErrNotFound) {
		t.Error("it is forgotten the next time:", err)
	}
}
