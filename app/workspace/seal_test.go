package workspace_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/forms/contribution"
	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/identity"
)

func TestWhatIsReadyBeforeJoiningIsFrozenAndSealedAsItWas(t *testing.T) {
	now := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	c, d := newCentre(t), newDeviceAt(t, func() time.Time { return now })
	r := d.start()
	answer(t, r, "/data/lake", "Nalubaale")
	if err := r.Attach(t.Context(), "/data/photo", "boats.jpg", bytes.NewReader(bytes.Repeat([]byte("boat"), 5000)), workspace.Keeping{}); err != nil {
		t.Fatal(err)
	}
	made := ready(t, r)
	if made.Record != (batch.RecordID{}) || made.Code != "" || made.Waiting() != "recipients" {
		t.Errorf("sealed for nobody: %+v, waits for %q", made, made.Waiting())
	}

	// Weeks go by, the power too; the device joins by the line.
	now = now.AddDate(0, 0, 40)
	d.crash()
	d.join([]byte(c.invite.Line()))
	if i := d.item(made.Name); i.Waiting() != "card" {
		t.Errorf("the line does not say for whom, yet it waits for %q", i.Waiting())
	}
	d.crash()

	// One exchange brings the card, and what it lets us seal goes in it.
	report := d.meet(c)
	if report.Receipts < 4 || report.Sent < 4 || report.Leaves < 3 {
		t.Errorf("one contact was not enough: %+v", report)
	}
	d.received(c, made.Name)
	s := c.body(d.item(made.Name).Record)
	if s.Language != "sw" || !s.Ready.Equal(now.AddDate(0, 0, -40)) || !bytes.Contains(s.Body, []byte("Nalubaale")) {
		t.Errorf("it is not as it was: %s, %s\n%s", s.Language, s.Ready, s.Body)
	}
	if len(s.Attachments) != 1 || !s.Attachments[0].Whole() {
		t.Errorf("attachments: %+v", s.Attachments)
	}
}

func TestARecordIsMadeOnceAndNeverAnew(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	before := d.respond("before joining")
	d.join(c.invite.File())
	d.tryToSend(c)
	after := d.respond("after joining")
	d.tryToSend(c)
	ids := map[string]batch.RecordID{}
	for _, i := range d.items() {
		if i.Record == (batch.RecordID{}) {
			t.Fatalf("%s is not sealed", i.Name)
		}
		ids[i.Name] = i.Record
	}
	check := func(when string) {
		t.Helper()
		for _, i := range d.items() {
			if i.Record != ids[i.Name] {
				t.Errorf("%s: %s was %v and is %v", when, i.Name, ids[i.Name], i.Record)
			}
		}
	}
	d.reopen()
	check("after a restart")
	d.join(c.invite.File())
	check("after joining again")
	if _, err := d.Exchange(t.Context(), &road{c: c, up: 3000, down: -1}); err == nil {
		t.Fatal("the link did not break")
	}
	d.crash()
	check("after a cut and a power cut")
	if _, err := d.Exchange(t.Context(), &road{c: c, up: -1, down: 200}); err == nil {
		t.Fatal("the link did not break on the way down")
	}
	check("after a cut on the way down")
	d.meet(c)
	d.meet(c)
	d.reopen()
	check("received")
	d.received(c, before.Name, after.Name)
	if n := c.records(batch.KindResponse); n != 2 {
		t.Errorf("%d records of 2 responses came in", n)
	}
	if n := c.records(batch.KindRegistration); n != 1 {
		t.Errorf("registered %d times", n)
	}
}

func TestWhenRecipientsChangeWhatFollowsIsForTheNewOnes(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	early := d.respond("early")
	d.meet(c)

	newcomer := newReader(t, "newcomer")
	left := c.desk[0]
	c.issue(newcomer, c.desk[1], c.desk[2])
	d.meet(c) // takes the card
	late := d.respond("late")
	d.meet(c)
	d.received(c, early.Name, late.Name)
	if n := c.records(batch.KindEpoch); n != 2 {
		t.Errorf("%d epochs", n)
	}
	opens := func(key identity.RecipientKey) map[batch.RecordID]bool {
		m := map[batch.RecordID]bool{}
		for _, i := range c.list(key) {
			m[i.ID] = i.Problem == nil
			if i.Problem != nil && !errors.Is(i.Problem, central.ErrNoKey) {
				t.Error(i.Problem)
			}
		}
		return m
	}
	early, late = d.item(early.Name), d.item(late.Name)
	for _, who := range []struct {
		name        string
		key         identity.RecipientKey
		early, late bool
	}{
		{"who left", left, true, false}, {"the newcomer", newcomer, false, true}, {"who stayed", c.desk[1], true, true},
	} {
		if got := opens(who.key); got[early.Record] != who.early || got[late.Record] != who.late {
			t.Errorf("%s opens the early one: %v, the late one: %v", who.name, got[early.Record], got[late.Record])
		}
	}
}

func TestAnEpochEndsAfterAThousandRecords(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	many := identity.EpochRecords + 5
	text := contributed(t, d.Workspace, "the first")
	for i := range many {
		contributed(t, d.Workspace, fmt.Sprint("number\x01", i)) // packs don't hold such a title
	}
	d.join(c.invite.File())
	last := contributed(t, d.Workspace, "the last")
	d.meet(c)
	d.received(c, text.Name, last.Name)
	if n := c.records(batch.KindEpoch); n != 2 {
		t.Errorf("%d epochs for %d records", n, many+2)
	}
	used := map[uint32]int{}
	for s, err := range c.store.Records(t.Context(), central.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		used[s.Epoch]++
	}
	delete(used, 0) // the control lane's open ones
	for number, n := range used {
		if n > identity.EpochRecords {
			t.Errorf("epoch %d sealed %d records", number, n)
		}
	}
	if counted := c.counted(); len(counted) != many+2 {
		t.Errorf("%d of %d counted", len(counted), many+2)
	}
}

func contributed(t *testing.T, w *workspace.Workspace, title string) workspace.Item {
	t.Helper()
	c, err := contribution.New(contribution.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.Title, c.OnBehalf, c.Language, c.Publication = title, "Umoja wa Wavuvi", "sw", contribution.Full
	c.SetText("Maneno yetu.", time.Now())
	i, err := w.MakeContributionReady(t.Context(), c, "")
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestACopiedFolderGoesOnAndNothingIsCountedTwice(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	common := d.respond("made before the copy")
	copied := d.copied()
	ofFirst := d.respond("made on the first")
	ofCopy := copied.respond("made on the copy")
	copied.tryToSend(c)
	ofCopy = copied.item(ofCopy.Name)
	d.meet(c)
	first := d.item(ofFirst.Name).Record
	d.received(c, common.Name, ofFirst.Name)

	// The copy learns from the centre that its sequence is taken.
	for range 3 {
		copied.meet(c)
	}
	copied.received(c, common.Name, ofCopy.Name)
	if copied.item(ofCopy.Name).Record == ofCopy.Record {
		t.Error("the copy's record kept an envelope whose place was taken")
	}
	if d.item(ofFirst.Name).Record != first {
		t.Error("the first device's record was made anew")
	}
	more := []string{d.respond("later on the first").Name, copied.respond("later on the copy").Name}
	for range 2 {
		d.meet(c)
		copied.meet(c)
	}
	d.received(c, more[0])
	copied.received(c, more[1])
	copied.reopen()
	copied.received(c, common.Name, ofCopy.Name, more[1])

	counted := c.counted()
	if len(counted) != 5 {
		t.Errorf("%d submissions counted, not 5: %v", len(counted), slices.Sorted(maps.Keys(counted)))
	}
	for instance, n := range counted {
		if n != 1 {
			t.Errorf("%s counted %d times", instance, n)
		}
	}
}

func TestAFolderSetBackToAnOlderStateGoesOn(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	kept := d.respond("in the backup")
	backup := d.copied()
	lost := d.respond("after the backup")
	d.meet(c)
	d.received(c, kept.Name, lost.Name)

	// The disk breaks; the backup is put back and goes on.
	again := backup.respond("after the backup was put back")
	for range 3 {
		backup.meet(c)
	}
	backup.received(c, kept.Name, again.Name)
	if n := len(c.counted()); n != 3 {
		t.Errorf("%d counted, not 3", n)
	}
}

func TestAClockTwentyYearsOffStillLeadsToAReceipt(t *testing.T) {
	for name, years := range map[string]int{"behind": -20, "ahead": 20, "at 1970": -56} {
		t.Run(name, func(t *testing.T) {
			now := time.Now().AddDate(years, 0, 0)
			c, d := newCentre(t), newDeviceAt(t, func() time.Time { return now })
			early := d.respond("before joining")
			d.join([]byte(c.invite.Line()))
			report := d.meet(c)
			late := d.respond("after joining")
			d.meet(c)
			d.received(c, early.Name, late.Name)
			for _, i := range c.list(c.desk...) {
				if time.Until(i.Received).Abs() > time.Hour {
					t.Errorf("received at %s by the centre's clock", i.Received)
				}
				if i.Ready.Sub(now).Abs() > time.Hour {
					t.Errorf("made ready at %s by the device's clock, which says %s", i.Ready, now)
				}
			}
			if off := report.Skew + time.Until(now); off.Abs() > time.Hour {
				t.Errorf("the device is not told how far its clock is off: %s", report.Skew)
			}

			// Somebody sets the clock; the order of what was made may look odd, nothing else.
			now = time.Now()
			d.reopen()
			set := d.respond("with the clock set")
			d.meet(c)
			d.received(c, early.Name, late.Name, set.Name)
		})
	}
}

func TestJoiningElsewhereIsRefusedAndChangesNothing(t *testing.T) {
	c, other, d := newCentre(t), newCentre(t), newDevice(t)
	d.join([]byte(c.invite.Line()))
	for name, text := range map[string][]byte{"line": []byte(other.invite.Line()), "file": other.invite.File()} {
		if _, err := d.Join(t.Context(), text); !errors.Is(err, workspace.ErrOtherConsultation) {
			t.Errorf("by another's %s: %v", name, err)
		}
	}
	if _, err := d.Join(t.Context(), []byte(c.invite.Line()[:40])); !errors.Is(err, identity.ErrInviteCut) {
		t.Error(err)
	}
	made := d.respond("Kivu")

	// The address leads to the other centre: its card is not taken, so nothing
	// is sealed for it.
	if _, err := d.Exchange(t.Context(), other.road()); !errors.Is(err, identity.ErrOtherRoot) {
		t.Errorf("another centre at the address: %v", err)
	}
	if i := d.item(made.Name); i.Waiting() != "card" {
		t.Errorf("sealed by the card of a stranger: %+v", i)
	}
	if n := len(other.list()); n != 0 {
		t.Errorf("%d records came in elsewhere", n)
	}
	d.meet(c)
	d.received(c, made.Name)
	invite, joined, err := d.Invite(t.Context())
	if err != nil || !joined || invite.Root != c.invite.Root {
		t.Error(invite.Root, joined, err)
	}
}

func TestAContributionIsCheckedBeforeItIsReady(t *testing.T) {
	d := newDevice(t)
	c, err := contribution.New(contribution.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.Title = "Half a thought"
	if err := d.SaveContribution(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	var v contribution.Violation
	if _, err := d.MakeContributionReady(t.Context(), c, ""); !errors.As(err, &v) || v.Field == "" {
		t.Errorf("an unfinished contribution: %v", err)
	}
	if n := len(d.items()); n != 0 {
		t.Errorf("%d items", n)
	}
	d.crash()
	drafts := func() (all []storage.Item[contribution.Contribution]) {
		for i, err := range d.Contributions(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, i)
		}
		return all
	}
	if all := drafts(); len(all) != 1 || all[0].Value.Title != "Half a thought" {
		t.Fatalf("drafts: %+v", all)
	}
	c.OnBehalf, c.Language, c.Publication = "Umoja wa Wavuvi", "sw", contribution.Full
	c.SetText("Moja.\n\nMbili.", time.Now())
	if _, err := d.MakeContributionReady(t.Context(), c, ""); err != nil {
		t.Fatal(err)
	}
	if all := drafts(); len(all) != 0 {
		t.Errorf("the draft of a finished contribution is still there: %+v", all)
	}
}

func TestNothingIsMadeReadyOnADeviceThatIsNobodys(t *testing.T) {
	d := newDevice(t)
	if err := d.SetUp(t.Context(), "Somebody else", ""); err != nil {
		t.Fatal(err)
	}
	before, err := d.Card()
	if err != nil || before.Org != "Umoja wa Wavuvi" {
		t.Errorf("set up a second time: %q, %v", before.Org, err)
	}
	d.reopen()
	if after, err := d.Card(); err != nil || after.ID() != before.ID() {
		t.Errorf("other keys after a restart: %v", err)
	}
}
