package workspace_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/forms/contribution"
	"baraza.example/storage"
)

func (d *device) trash(t *testing.T) []workspace.Trashed {
	t.Helper()
	all, err := d.Trash(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhatIsPutIntoTheTrashComesBackAsItWas(t *testing.T) {
	d := newDevice(t)
	r := d.start()
	answer(t, r, "/data/lake", strings.Repeat("Nalubaale ", 30_000)) // long enough to be kept in pieces
	if err := r.Attach(t.Context(), "/data/photo", "boat.jpg", strings.NewReader("a boat"), workspace.Keeping{}); err != nil {
		t.Fatal(err)
	}
	if err := d.PutAside(t.Context(), r.InstanceID()); err != nil {
		t.Fatal(err)
	}
	d.crash()
	if briefs, err := d.Briefs(t.Context()); err != nil || len(briefs) != 0 {
		t.Errorf("it is still in lists: %+v, %v", briefs, err)
	}
	if _, err := d.Resume(t.Context(), r.InstanceID()); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("it can still be written: %v", err)
	}
	if all := d.trash(t); len(all) != 1 || all[0].ID != r.InstanceID() || all[0].Left != workspace.TrashDays {
		t.Fatalf("the trash has %+v", all)
	}
	if err := d.Restore(t.Context(), r.InstanceID()); err != nil {
		t.Fatal(err)
	}
	d.crash()
	back := d.resume(r.InstanceID())
	if n := len(value(t, back, "/data/lake")); n < 299_000 {
		t.Errorf("%d characters came back", n)
	}
	if f, err := back.OpenFile("boat.jpg"); err != nil {
		t.Error(err)
	} else {
		f.Close()
	}
	if all := d.trash(t); len(all) != 0 {
		t.Errorf("the trash has %+v", all)
	}
	for _, err := range []error{d.Restore(t.Context(), r.InstanceID()), d.Destroy(t.Context(), r.InstanceID())} {
		if !errors.Is(err, workspace.ErrNotInTrash) {
			t.Error(err)
		}
	}
	if err := d.PutAside(t.Context(), "uuid:none"); !errors.Is(err, storage.ErrNotFound) {
		t.Error(err)
	}
}

func TestWhatIsDestroyedTakesItsFilesUnlessAnotherHasThem(t *testing.T) {
	d := newDevice(t)
	var made []*workspace.Response
	for range 2 {
		r := d.start()
		if err := r.Attach(t.Context(), "/data/photo", "boat.jpg", strings.NewReader("a boat"), workspace.Keeping{}); err != nil {
			t.Fatal(err)
		}
		made = append(made, r)
	}
	for i, r := range made {
		if err := errors.Join(d.PutAside(t.Context(), r.InstanceID()), d.Destroy(t.Context(), r.InstanceID())); err != nil {
			t.Fatal(err)
		}
		f, err := made[1].OpenFile("boat.jpg")
		if (err == nil) != (i == 0) {
			t.Errorf("after %d were destroyed the file opens with %v", i+1, err)
		}
		if err == nil {
			f.Close()
		}
	}
}

// A clock that was set forward by years must not empty the trash.
func TestTheTrashIsEmptiedByDaysOfUse(t *testing.T) {
	now := time.Date(2007, 6, 22, 9, 0, 0, 0, time.UTC)
	d := newDeviceAt(t, func() time.Time { return now })
	r := d.start()
	answer(t, r, "/data/lake", "Nalubaale")
	if err := d.PutAside(t.Context(), r.InstanceID()); err != nil {
		t.Fatal(err)
	}
	used := func() {
		t.Helper()
		if err := errors.Join(d.EmptyTrash(t.Context()), d.EmptyTrash(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	used()
	now = now.AddDate(20, 0, 0)
	used()
	if all := d.trash(t); len(all) != 1 || all[0].Left != workspace.TrashDays-1 {
		t.Fatalf("after a jump of the clock the trash has %+v", all)
	}
	for range workspace.TrashDays - 2 {
		now = now.AddDate(0, 0, 1)
		used()
	}
	if all := d.trash(t); len(all) != 1 {
		t.Fatalf("a day too early it has %+v", all)
	}
	now = now.AddDate(0, 0, 1)
	used()
	if all := d.trash(t); len(all) != 0 {
		t.Errorf("it still has %+v", all)
	}
}

func TestACorrectionInTheTrashDoesNotHinderAWithdrawal(t *testing.T) {
	d := newDevice(t)
	item := d.respond("Nalubaale")
	again, err := d.Correct(t.Context(), item.Name)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.PutAside(t.Context(), again.InstanceID()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Withdraw(t.Context(), item.Name, ""); err != nil {
		t.Fatal(err)
	}
	if err := d.Restore(t.Context(), again.InstanceID()); !errors.Is(err, workspace.ErrFinished) {
		t.Errorf("the correction comes back: %v", err)
	}
	text := drafted(t, d.Workspace)
	if err := errors.Join(d.PutAside(t.Context(), text), d.Restore(t.Context(), text)); err != nil {
		t.Fatal(err)
	}
	if c, err := d.Contribution(t.Context(), text); err != nil || len(c.Paragraphs) == 0 {
		t.Errorf("a contribution comes back as %+v, %v", c, err)
	}
}

// drafted is a contribution that is being written.
func drafted(t *testing.T, w *workspace.Workspace) string {
	t.Helper()
	c, err := contribution.New(contribution.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.SetText("Maneno yetu.", time.Now())
	if err := w.SaveContribution(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c.ID
}
