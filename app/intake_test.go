package app

import (
	"testing"

	"baraza.example/app/workspace"
)

func TestAGroupsAnswersAreWrittenDownAndCheckedByASecondPerson(t *testing.T) {
	p := known(t, phone)
	p.taps("Groups without a device")
	p.sees("No groups yet.")
	p.taps("Add a group")
	p.taps("Write down their answers")
	p.sees("Type the name of the group, and yours.")
	p.types(0, "Women who dry fish")
	p.types(1, "Nansole")
	p.types(2, "34")
	p.types(3, "2007-06-22")
	p.taps("Radio programme, with calls or messages from listeners")
	p.taps("Community meeting")
	p.taps("Yes, by word of mouth")
	p.taps("A second person must check what is written down for this group before it is made ready")
	p.types(4, "Amina")
	p.taps("Write down their answers")
	if g, err := p.work.Group(t.Context(), "Women who dry fish"); err != nil || !g.Second {
		t.Errorf("kept of it is %+v: %v", g, err)
	}
	if p.filling == nil {
		t.Fatal("no response was begun")
	}
	r := p.filling.response
	for name, want := range map[string]string{"behalf_group": "Women who dry fish", "behalf_people": "34", "behalf_how": "meeting radio", "behalf_consent": "oral", "collector_name": "Amina"} {
		if n, _ := r.Node(workspace.QuestionOf(r.Definition(), name).Ref); n.Value != want {
			t.Errorf("%s is %q, want %q", name, n.Value, want)
		}
	}
	p.showIntake()
	p.taps("Women who dry fish")
	p.sees("being written by Amina", "not checked yet")
	p.types(4, "Amina")
	p.taps("I have compared it with what was said")
	p.sees("A second person checks: not the one who wrote it down.", "not checked yet")
	p.types(4, "Babu")
	p.taps("I have compared it with what was said")
	p.sees("checked by Babu")
	p.doesNotSee("not checked yet")
	p.taps("being written by Amina")
	if p.filling.response.InstanceID() != r.InstanceID() {
		t.Error("another response was opened")
	}
}
