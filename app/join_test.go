package app

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"baraza.example/app/formview"
	"baraza.example/sync/identity"
)

// invited is an invite's line to the built-in consultation.
func invited(t *testing.T, address string) []byte {
	t.Helper()
	i := identity.Invite{Consultation: "another", Addresses: []string{address}, Token: [16]byte{1}}
	return []byte(i.Line())
}

func TestTheInviteOfTheFirstStartIsKeptUntilTheDeviceHasAName(t *testing.T) {
	invite, dir := invited(t, "https://centre.example:8443"), t.TempDir()
	p := sit(t, dir, Options{Invite: invite}, phone)
	p.taps("Next")
	p.types(0, "Ujirani Cooperative")
	p.taps("Begin")
	p.sees("Joined: ")
	if held, joined, err := p.work.Invite(t.Context()); err != nil || !joined || held.Line() != string(invite) {
		t.Fatalf("joined %v by %q, %v", joined, held.Line(), err)
	}
	if err := p.work.Close(); err != nil {
		t.Fatal(err)
	}

	// At the next starts the same invite is nothing new, another address is.
	p = sit(t, dir, Options{Invite: invite}, phone)
	p.doesNotSee("Joined: ")
	if err := p.work.Close(); err != nil {
		t.Fatal(err)
	}
	p = sit(t, dir, Options{Invite: invited(t, "https://centre.example:9443")}, phone)
	p.sees("Joined: ")
	if held, _, _ := p.work.Invite(t.Context()); !strings.HasSuffix(held.Addresses[0], ":9443") {
		t.Errorf("the device still sends to %s", held.Addresses[0])
	}
}

func TestWhoeverStartedTheWindowIsToldOnceThatItsFirstScreenStands(t *testing.T) {
	told := 0
	o := Options{Ready: func(fyne.Window) { told++ }}
	p := sit(t, t.TempDir(), o, laptop)
	if told != 1 {
		t.Fatalf("told %d times at the first start", told)
	}
	if err := p.work.SetUp(t.Context(), "Ujirani Cooperative", ""); err != nil {
		t.Fatal(err)
	}
	if err := p.work.Close(); err != nil {
		t.Fatal(err)
	}
	p = sit(t, p.dir, o, laptop)
	p.showHome()
	if told != 2 {
		t.Errorf("told %d times after a second start", told)
	}
}

func TestALongInviteLeavesInSightWhatTakesIt(t *testing.T) {
	p := known(t, laptop)
	p.showJoin("")
	p.field(0).SetText("Keep it to yourself.\n\nbaraza:" + strings.Repeat("GR0PRXV7EDT7AS3S5MS30C1QG5W3AT3M ", 170))
	for _, o := range test.LaidOutObjects(p.window.Content()) {
		if b, ok := o.(*formview.Button); ok && b.Text == p.words.Say("join.read") {
			p.isInSight(b)
			return
		}
	}
	t.Fatal("nothing takes the invite")
}

func TestAnInviteSaysWhoInvitesAndWhatItBringsBeforeItIsTaken(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.showJoin(c.invite.Line())
	p.sees(c.invite.Root.String(), "Its name comes with its card", "The first sending takes about ", "documents up to 102 KB", "https://127.0.0.1:")
	p.doesNotSee("#pin")
	if _, joined, _ := p.work.Invite(t.Context()); joined {
		t.Fatal("it was taken before it was looked at")
	}
	p.taps("Not now")
	p.sees("Paste the invite here")
	if _, joined, _ := p.work.Invite(t.Context()); joined {
		t.Fatal("it was taken though it was refused")
	}
	p.showJoin(string(c.invite.File()))
	p.sees("Secretariat", p.consultation.Title)
	p.doesNotSee("Its name comes")
	p.taps("Join")
	p.sees("Joined: ")
	p.showJoin(c.invite.Line())
	p.sees("Secretariat", "You take part in it already.")
	p.showJoin(string(invited(t, "https://elsewhere.example")))
	p.sees("another consultation or centre")
	p.doesNotSee("[Join]")
}

func TestALinkIsShownWhenThereIsSomebodyToReadIt(t *testing.T) {
	offered := invited(t, "https://centre.example:8443")
	p := sit(t, t.TempDir(), Options{Offered: offered}, phone)
	p.taps("Next")
	p.types(0, "Ujirani Cooperative")
	p.taps("Begin")
	p.sees("https://centre.example:8443", "[Join]")
	p.showHome()
	p.Offer(invited(t, "https://centre.example:9443")) // while the window is there
	p.sees("https://centre.example:9443", "[Join]")
	if _, joined, _ := p.work.Invite(t.Context()); joined {
		t.Error("it was taken by itself")
	}
	p.showHome()
	p.Offer(nil)
	p.doesNotSee("[Join]")
}
