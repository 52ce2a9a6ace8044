package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"baraza.example/sync/exchange"
)

// wrote makes a contribution ready.
func (p *person) wrote(title string) {
	p.t.Helper()
	p.showHome()
	p.taps("Write a contribution")
	p.types(0, title)
	p.types(2, "Prices first.")
	p.taps("Yes, with the name of the organisation or group")
	p.taps("Make ready")
	p.sees(title, "on this device")
}

// pastes puts an invite or an address where it is asked for.
func (p *person) pastes(n int, text string) {
	p.t.Helper()
	p.field(n).SetText(text)
}

func TestWhatWasMadeReadyBeforeJoiningIsSentAndReceived(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.wrote("What the lake needs")
	p.sees("Waits for an invite")
	p.taps("Outbox")
	p.taps("Join with an invite")
	p.pastes(0, "Dear friends, here is it:\n"+c.invite.Line()+"\n")
	p.taps("Read the invite")
	p.taps("Join")
	p.sees("Joined: ")
	p.taps("Outbox")
	p.sees("Straight to the centre", "What the lake needs")
	p.taps(p.buttonOf("Send now", "Ask for receipts"))
	p.sees("Done: ", "came down", "received · ")
	p.taps("What the lake needs")
	p.sees("received", "Straight to the centre", "The proof holds", "Receipt code", " of the log", "Received")
	items, err := p.work.Items(t.Context())
	if err != nil || len(items) != 1 || !strings.Contains(p.shown(), items[0].Code) {
		t.Errorf("the code of %+v is not shown, %v", items, err)
	}
	p.taps("Copy")
	if got := p.fyne.Clipboard().Content(); got != items[0].Code {
		t.Errorf("copied was %q", got)
	}
	p.showHome()
	p.sees("All is received")
}

// buttonOf is the first of the buttons that is to be seen.
func (p *person) buttonOf(labels ...string) string {
	for _, l := range labels {
		if strings.Contains(p.shown(), "["+l+"]") {
			return l
		}
	}
	p.t.Fatalf("none of %q in\n%s", labels, p.shown())
	return ""
}

func TestAHubCarriesWhatNoLineReaches(t *testing.T) {
	c := newCentre(t)
	address, forward := newHub(t, c)
	forward() // it has the centre's card
	p := known(t, laptop)
	invite := c.invite
	invite.Addresses = []string{"https://centre.example.invalid"} // no line leads there
	p.wrote("What the lake needs")
	p.takes(invite.Line())
	p.sees("Joined: ")
	p.pastes(1, "hub.example/?x=1")
	p.taps("Use this hub")
	p.sees("This is no address of a hub.")
	p.pastes(1, address)
	p.taps("Use this hub")
	p.sees("What you send goes through this hub first.")
	p.showOutbox()
	p.sees("Through https://127.0.0.1:")
	p.doesNotSee("#pin")
	p.taps(p.buttonOf("Send now", "Ask for receipts"))
	p.sees("at the hub Radio Mwalo", "Waits for the hub to carry it on")
	forward()
	p.taps(p.buttonOf("Ask for receipts", "Send now"))
	p.sees("received · ")
	p.taps("What the lake needs")
	p.sees("at the hub Radio Mwalo", "At the hub Radio Mwalo", "Received")
}

func TestTheHubThatWasNamedIsRememberedAndCanBeLeft(t *testing.T) {
	p := known(t, phone)
	p.showJoin("")
	p.pastes(1, "https://192.168.8.1:8443")
	p.taps("Use this hub")
	if err := p.work.Close(); err != nil {
		t.Fatal(err)
	}
	again := sit(t, p.dir, Options{}, phone)
	again.showJoin("")
	again.sees("<https://192.168.8.1:8443>")
	again.pastes(1, "")
	again.taps("Use this hub")
	again.sees("No hub is used.")
	if s, err := again.work.Settings(t.Context()); err != nil || s.Hub != "" {
		t.Errorf("kept are %+v, %v", s, err)
	}
}

// atOnce lets jobs run beside the window, as they do in the program. What comes
// back is done when the person waits.
func (p *person) beside() (wait func(words string)) {
	here := make(chan func(), 100)
	p.jobs.away = func(f func()) { go f() }
	p.jobs.here = func(f func()) { here <- f }
	return func(words string) {
		p.t.Helper()
		late := time.After(20 * time.Second)
		for !strings.Contains(p.shown(), words) {
			select {
			case f := <-here:
				f()
			case <-late:
				p.t.Fatalf("%q never came in\n%s", words, p.shown())
			}
		}
	}
}

func TestSendingIsCountedInBytesAndCanBeStopped(t *testing.T) {
	p := known(t, phone)
	p.wrote("What the lake needs")
	c := newCentre(t)
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	invite := c.invite
	invite.Addresses[0], _ = listen(t, func(ctx context.Context, conn exchange.Conn) {
		buf := make([]byte, 4096)
		for { // takes what comes and never answers
			if _, err := conn.Read(buf); err != nil {
				break
			}
		}
		<-stuck
	})
	p.takes(string(invite.File()))
	p.sees("Joined: ")
	wait := p.beside()
	p.showOutbox()
	wait("Send now")
	p.taps("Send now")
	wait("[Cancel]")
	p.sees("Sending …")
	wait(" sent · ")
	p.doesNotSee("[Send now]")
	p.showHome() // going elsewhere doesn't stop it
	wait("Your next step")
	p.showOutbox()
	wait("[Cancel]")
	p.taps("Cancel")
	wait("Stopped. What was sent counts; the rest waits here.")
	wait("What the lake needs")
	p.sees("on this device")
}

func TestNoLineIsSaidAndNothingIsLost(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.wrote("What the lake needs")
	p.takes(string(c.invite.File()))
	c.stop()
	p.showOutbox()
	p.sees("will be sent")
	p.taps("Send now")
	p.sees("What you made ready is safe", "on this device")
}
