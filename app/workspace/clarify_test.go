package workspace_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/exchange"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

// ask asks back as the secretariat does at its desk.
func (c *centre) ask(code, question, text string) batch.Clarification {
	c.t.Helper()
	d := &central.Desk{Store: c.store, Keys: c.desk[:1]}
	asked, err := d.Ask(c.t.Context(), code, central.Asking{Text: text, Question: question, From: "Amina", Now: time.Unix(1_700_000_000, 0)})
	if err != nil {
		c.t.Fatal(err)
	}
	return asked
}

// thread is what the desk shows of what was asked and answered.
func (c *centre) thread(code string) []central.Said {
	c.t.Helper()
	s, err := (&central.Desk{Store: c.store, Keys: c.desk[:1]}).Show(c.t.Context(), code)
	if err != nil {
		c.t.Fatal(err)
	}
	return s.Thread
}

func (d *device) messages() []workspace.Message {
	d.t.Helper()
	all, err := d.Messages(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

func TestAQuestionComesDownAndItsReplyGoesUp(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	d.meet(c)
	item := d.respond("Nalubaale")
	other := d.respond("Turkana")
	d.meet(c)
	item = d.item(item.Name)
	c.ask(item.Code, "lake", "Which of the two shores?")
	d.meet(c)
	d.meet(c) // nothing comes twice
	all := d.messages()
	if len(all) != 1 || all[0].Text != "Which of the two shores?" || all[0].About != "lake" || all[0].From != "Amina" || all[0].Read || all[0].Answered() || all[0].Item != item.Name {
		t.Fatalf("the messages are %+v", all)
	}
	m := all[0]
	if n, err := d.Unanswered(t.Context()); n != 1 || err != nil {
		t.Errorf("%d wait, %v", n, err)
	}
	if about, err := d.MessagesAbout(t.Context(), other.Name); len(about) != 0 || err != nil {
		t.Errorf("about another response: %+v, %v", about, err)
	}
	if err := errors.Join(d.MarkRead(t.Context(), m.ID), d.DraftReply(t.Context(), m.ID, "The nor")); err != nil {
		t.Fatal(err)
	}
	d.crash()
	if m, err := d.Message(t.Context(), m.ID[:8]); err != nil || !m.Read || m.Draft != "The nor" {
		t.Fatalf("after a power cut it is %+v, %v", m, err)
	}
	reply, err := d.Reply(t.Context(), m.ID, " The northern one. ")
	if err != nil {
		t.Fatal(err)
	}
	d.crash()
	if m := d.messages()[0]; !m.Answered() || m.Draft != "" || len(m.Replies) != 1 || m.Replies[0].Text != "The northern one." || m.Replies[0].Item.Delivery.State != workspace.OnDevice {
		t.Errorf("answered it is %+v", m)
	}
	d.meet(c)
	d.received(c, reply.Name)
	said := c.thread(item.Code)
	if len(said) != 2 || said[0].Reply || !said[1].Reply || said[1].Text != "The northern one." || said[1].Code != d.item(reply.Name).Code || said[0].ID != said[1].ID {
		t.Errorf("the desk reads %+v", said)
	}
	if len(c.thread(d.item(other.Name).Code)) != 0 {
		t.Error("another response has the thread, too")
	}
	for instance, n := range c.counted() {
		if n != 1 {
			t.Errorf("%s is counted %d times", instance, n)
		}
	}
	if n := len(c.counted()); n != 2 {
		t.Errorf("%d submissions are counted: a reply is none", n)
	}
}

func TestACorrectionAnswersAQuestion(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	d.meet(c)
	item := d.respond("Nalubale")
	d.meet(c)
	c.ask(d.item(item.Name).Code, "", "Is this the right name?")
	d.meet(c)
	again, err := d.Correct(t.Context(), item.Name)
	if err != nil {
		t.Fatal(err)
	}
	if about, err := d.MessagesAbout(t.Context(), again.Revised()+"/2"); len(about) != 1 || err != nil {
		t.Errorf("while it is corrected: %+v, %v", about, err)
	}
	answer(t, again, "/data/lake", "Nalubaale")
	second := ready(t, again)
	if m := d.messages()[0]; !m.Answered() || !m.Changed || m.Item != second.Name {
		t.Errorf("after a correction it is %+v", m)
	}
}

// A device that was away for so long that it draws other keys still reads what is
// asked about what it sent under the former ones.
func TestAQuestionUnderFormerKeysIsRead(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	d.meet(c)
	item := d.respond("Nalubaale")
	d.meet(c)
	item = d.item(item.Name)
	c.issue(append(c.desk, newReader(t, "another"))...) // so that the next record has another epoch
	d.meet(c)
	d.respond("Turkana")
	d.meet(c)
	c.ask(item.Code, "", "Since when?")
	d.meet(c)
	if all := d.messages(); len(all) != 1 {
		t.Errorf("the messages are %+v", all)
	}
}

// station is a device that is a hub.
func (d *device) station(name string) *hub.Hub {
	d.t.Helper()
	h, err := d.Hub(name, hub.Quota{})
	if err != nil {
		d.t.Fatal(err)
	}
	return h
}

// at leads to a hub.
func at(h *hub.Hub) exchange.Transport { return served{h} }

func visit(t *testing.T, d *device, h *hub.Hub) {
	t.Helper()
	if _, err := d.Exchange(t.Context(), at(h)); err != nil {
		t.Fatal(err)
	}
}

func forward(t *testing.T, d *device, h *hub.Hub, to exchange.Transport) {
	t.Helper()
	if _, err := d.Forward(t.Context(), h, to); err != nil {
		t.Fatal(err)
	}
}

func TestAQuestionComesDownThroughTwoHubs(t *testing.T) {
	c := newCentre(t)
	d, near, far, bystander := newDevice(t), newDevice(t), newDevice(t), newDevice(t)
	for _, x := range []*device{d, near, far, bystander} {
		x.join(c.invite.File())
	}
	nearHub, farHub := near.station("Radio Amani"), far.station("Library")
	forward(t, far, farHub, c.road())
	forward(t, near, nearHub, at(farHub))
	visit(t, d, nearHub)
	item := d.respond("Nalubaale")
	visit(t, d, nearHub)
	visit(t, bystander, farHub)
	bystander.respond("Turkana")
	visit(t, bystander, farHub)
	forward(t, near, nearHub, at(farHub))
	forward(t, far, farHub, c.road())
	forward(t, near, nearHub, at(farHub))
	visit(t, d, nearHub)
	c.ask(d.item(item.Name).Code, "lake", "Which shore?")
	forward(t, far, farHub, c.road())
	far.crash()
	farHub = far.station("Library")
	forward(t, near, nearHub, at(farHub))
	visit(t, bystander, farHub)
	visit(t, d, nearHub)
	if all := d.messages(); len(all) != 1 {
		t.Fatalf("the messages are %+v", all)
	}
	for name, x := range map[string]*device{"hub": near, "other hub": far, "bystander": bystander} {
		if all := x.messages(); len(all) != 0 {
			t.Errorf("the %s reads %+v", name, all)
		}
	}
	if _, err := d.Reply(t.Context(), d.messages()[0].ID, "The northern one."); err != nil {
		t.Fatal(err)
	}
	visit(t, d, nearHub)
	forward(t, near, nearHub, at(farHub))
	forward(t, far, farHub, c.road())
	if said := c.thread(d.item(item.Name).Code); len(said) != 2 {
		t.Errorf("the desk reads %+v", said)
	}
}

// What it sent had gone straight or by other hubs, and the device is carried to one where
// nothing of it ever passed.
func TestAQuestionFindsADeviceThatWasCarriedToAnotherHub(t *testing.T) {
	c := newCentre(t)
	d, near, far, other := newDevice(t), newDevice(t), newDevice(t), newDevice(t)
	for _, x := range []*device{d, near, far, other} {
		x.join(c.invite.File())
	}
	nearHub, farHub, otherHub := near.station("Radio Amani"), far.station("Library"), other.station("School")
	forward(t, other, otherHub, c.road())
	visit(t, d, otherHub)
	item := d.respond("Nalubaale")
	visit(t, d, otherHub)
	forward(t, other, otherHub, c.road())
	visit(t, d, otherHub)
	d.received(c, item.Name)
	c.ask(d.item(item.Name).Code, "lake", "Which shore?")

	forward(t, far, farHub, c.road())
	visit(t, d, nearHub)
	near.crash() // it has been noted that the device came by
	nearHub = near.station("Radio Amani")
	for range 2 {
		forward(t, near, nearHub, at(farHub))
		forward(t, far, farHub, c.road())
	}
	forward(t, near, nearHub, at(farHub))
	visit(t, d, nearHub)
	if all := d.messages(); len(all) != 1 {
		t.Fatalf("the messages are %+v", all)
	}
	if _, err := d.Reply(t.Context(), d.messages()[0].ID, "The northern one."); err != nil {
		t.Fatal(err)
	}
	for range 2 { // at first the hub doesn't know the device
		visit(t, d, nearHub)
	}
	forward(t, near, nearHub, at(farHub))
	forward(t, far, farHub, c.road())
	if said := c.thread(d.item(item.Name).Code); len(said) != 2 {
		t.Errorf("the desk reads %+v", said)
	}
	forward(t, other, otherHub, c.road())
	visit(t, d, otherHub) // where the question has waited, too
	if all := d.messages(); len(all) != 1 {
		t.Errorf("twice: %+v", all)
	}
}

// A hub without a link goes up with a new stick each time, and none of what it carried
// lies there any more.
func TestAQuestionComesToAHubOnANewStick(t *testing.T) {
	c := newCentre(t)
	d, box := newDevice(t), newDevice(t)
	for _, x := range []*device{d, box} {
		x.join(c.invite.File())
	}
	h := box.station("Radio Amani")
	goUp := func() {
		t.Helper()
		stick := t.TempDir()
		for range 2 {
			if _, err := box.SaveToFolder(t.Context(), stick, h); err != nil {
				t.Fatal(err)
			}
			box.bring(c, stick)
		}
		if _, err := box.SaveToFolder(t.Context(), stick, h); err != nil {
			t.Fatal(err)
		}
	}
	goUp()
	visit(t, d, h)
	item := d.respond("Nalubaale")
	visit(t, d, h)
	goUp()
	visit(t, d, h)
	d.received(c, item.Name)
	c.ask(d.item(item.Name).Code, "lake", "Which shore?")
	goUp()
	visit(t, d, h)
	if all := d.messages(); len(all) != 1 {
		t.Errorf("the messages are %+v", all)
	}
}

// bring has the centre take what is on a stick, and write what it has for the device.
func (d *device) bring(c *centre, stick string) {
	d.t.Helper()
	b, err := d.OpenBundle(d.t.Context(), stick, 0, nil)
	if err == nil {
		_, err = b.Bring(d.t.Context(), c.server.Serve)
		err = errors.Join(err, b.Close())
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

func TestAQuestionComesBackOnAStick(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	d.meet(c)
	item := d.respond("Nalubaale")
	stick := t.TempDir()
	carry := func() {
		t.Helper()
		if _, err := d.SaveToFolder(t.Context(), stick, nil); err != nil {
			t.Fatal(err)
		}
		d.bring(c, stick)
	}
	carry()
	if _, err := d.SaveToFolder(t.Context(), stick, nil); err != nil { // takes its receipts
		t.Fatal(err)
	}
	c.ask(d.item(item.Name).Code, "", "Which shore?")
	carry()
	if _, err := d.SaveToFolder(t.Context(), stick, nil); err != nil {
		t.Fatal(err)
	}
	if all := d.messages(); len(all) != 1 {
		t.Fatalf("the messages are %+v", all)
	}
	if _, err := d.Reply(t.Context(), d.messages()[0].ID, "The northern one."); err != nil {
		t.Fatal(err)
	}
	carry()
	if said := c.thread(d.item(item.Name).Code); len(said) != 2 {
		t.Errorf("the desk reads %+v", said)
	}
}

// Everything sent was received, and the stick that it went on is lost: the device
// has nothing to write onto a new one, and hears all the same what was asked.
func TestAQuestionComesBackOnANewStick(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	d.meet(c)
	item := d.respond("Nalubaale")
	d.meet(c)
	c.ask(d.item(item.Name).Code, "", "Which shore?")
	stick := t.TempDir()
	for visit, want := range []int{0, 1} {
		if _, err := d.SaveToFolder(t.Context(), stick, nil); err != nil {
			t.Fatal(err)
		}
		if all := d.messages(); len(all) != want {
			t.Fatalf("at visit %d the messages are %+v", visit, all)
		}
		d.bring(c, stick)
	}
	before, err := os.ReadDir(stick)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.SaveToFolder(t.Context(), stick, nil); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadDir(stick); err != nil || len(after) != len(before) {
		t.Errorf("the device asked once more: %d files became %d, %v", len(before), len(after), err)
	}
}

// Who has no key of the device can't ask it anything, and what was changed on the
// way is no question.
func TestAQuestionThatNobodyAskedIsPassedOver(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	d.meet(c)
	item := d.respond("Nalubaale")
	d.meet(c)
	genuine := c.ask(d.item(item.Name).Code, "", "Which shore?")
	epoch, err := identity.NewEpoch(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	epoch.Number = genuine.Epoch
	instance, _, _ := strings.Cut(item.Name, "/")
	forged, err := batch.NewClarification(epoch, genuine.Origin, genuine.Consultation, 5, batch.Question{InstanceID: instance, Revision: 1, Text: "Send money"})
	if err != nil {
		t.Fatal(err)
	}
	later, other := genuine, genuine
	later.Asked++
	other.Sealed = bytes.Clone(genuine.Sealed)
	other.Sealed[len(other.Sealed)-1] ^= 1
	c.store.Unask()
	for _, f := range []batch.Clarification{forged, later, other} {
		if err := c.store.AddClarification(t.Context(), batch.Addressed{Clarification: f}); err != nil {
			t.Fatal(err)
		}
	}
	d.meet(c)
	if all := d.messages(); len(all) != 0 {
		t.Fatalf("the messages are %+v", all)
	}
	if err := c.store.AddClarification(t.Context(), batch.Addressed{Clarification: genuine}); err != nil {
		t.Fatal(err)
	}
	d.meet(c)
	if all := d.messages(); len(all) != 1 {
		t.Errorf("the genuine one is not believed: %+v", all)
	}
}

func TestWhatWasWithdrawnStaysAndSaysSo(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	d.meet(c)
	item, kept := d.respond("Nalubaale"), d.respond("Turkana")
	text := contributed(t, d.Workspace, "Boats")
	d.meet(c)
	for _, name := range []string{item.Name, text.Name} {
		if _, err := d.Withdraw(t.Context(), name, "It named a person."); err != nil {
			t.Fatal(err)
		}
	}
	d.crash()
	if _, err := d.Withdraw(t.Context(), item.Name, ""); !errors.Is(err, workspace.ErrWithdrawn) {
		t.Errorf("withdrawn twice: %v", err)
	}
	if _, err := d.Correct(t.Context(), item.Name); !errors.Is(err, workspace.ErrWithdrawn) {
		t.Errorf("corrected after: %v", err)
	}
	d.meet(c)
	for _, i := range d.items() {
		d.received(c, i.Name)
		if want := i.Name == item.Name || i.Name == text.Name; i.Withdrawn != want {
			t.Errorf("%s is withdrawn: %v", i.Name, i.Withdrawn)
		}
	}
	withdrawn := map[string]bool{}
	for _, i := range c.list(c.desk...) {
		if i.Counted() {
			withdrawn[i.Code] = i.Withdrawn
		}
	}
	if len(withdrawn) != 3 || !withdrawn[d.item(item.Name).Code] || !withdrawn[d.item(text.Name).Code] || withdrawn[d.item(kept.Name).Code] {
		t.Errorf("the desk lists %v", withdrawn)
	}
	for name, want := range map[string]bool{item.Name: true, kept.Name: false} {
		if s, err := (&central.Desk{Store: c.store, Keys: c.desk}).Show(t.Context(), d.item(name).Code); err != nil || s.Withdrawn != want {
			t.Errorf("shown as withdrawn: %v, %v", s.Withdrawn, err)
		}
	}
	var table bytes.Buffer
	if err := (&central.Desk{Store: c.store, Keys: c.desk}).ExportCSV(t.Context(), &table, central.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(table.String()), "\n")
	if len(rows) != 3 || !strings.Contains(rows[1], ",withdrawn,") || !strings.Contains(rows[1], "Nalubaale") || !strings.Contains(rows[2], ",ok,") {
		t.Errorf("the table is %s", table.String())
	}
}

func TestACorrectionThatWasBegunIsNotWithdrawnFromUnderItsAuthor(t *testing.T) {
	d := newDevice(t)
	item := d.respond("Nalubaale")
	if _, err := d.Correct(t.Context(), item.Name); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Withdraw(t.Context(), item.Name, ""); !errors.Is(err, workspace.ErrCorrecting) {
		t.Error(err)
	}
	if _, err := d.Withdraw(t.Context(), "uuid:none/1", ""); !errors.Is(err, storage.ErrNotFound) {
		t.Error(err)
	}
}
