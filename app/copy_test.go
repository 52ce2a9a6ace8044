package app

import (
	"bytes"
	"os"
	"testing"
)

func TestAResponseIsCopiedForAnotherGroup(t *testing.T) {
	p := known(t, laptop)
	item := p.answered()
	p.showItem(item.Name)
	p.taps("Make a copy")
	p.sees("This is a copy", "Put into the trash")
	if id := p.filling.response.InstanceID(); id == item.Name || p.filling.response.Revision() != 1 {
		t.Errorf("it is %s, revision %d", id, p.filling.response.Revision())
	}
	if n, _ := p.filling.response.Node("/data/consent/consent_processing"); n.Value != "" {
		t.Errorf("its consent is %q already", n.Value)
	}
	p.taps("Make a copy") // of the copy, which is a draft
	if all, err := p.work.Briefs(t.Context()); err != nil || len(all) != 2 || all[0].Title != all[1].Title || all[0].Title == "" {
		t.Errorf("being written are %+v, %v", all, err)
	}
}

func TestADraftIsTakenAlongFromItsPage(t *testing.T) {
	p := known(t, laptop)
	p.taps("Answer the questionnaire")
	p.filling.open(1)
	p.types(0, "Prices first.")
	o := &opener{App: p.fyne}
	p.fyne = o
	p.filling.review()
	p.sees("[Save as PDF]", "[Save as JSON]")
	p.taps("Open to print")
	if o.at == nil {
		t.Fatal("nothing was opened")
	}
	if content, err := os.ReadFile(o.at.Path); err != nil || !bytes.HasPrefix(content, []byte("%PDF")) {
		t.Errorf("%d bytes, %v", len(content), err)
	}
	p.forgetOpened()
	if _, err := os.Stat(o.at.Path); !os.IsNotExist(err) {
		t.Error("what was shown is still there: ", err)
	}
}
