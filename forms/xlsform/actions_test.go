package xlsform_test

import (
	"slices"
	"testing"

	"baraza.example/forms"
)

func TestFilesAreFoundInDefaultsAndTriggers(t *testing.T) {
	def := read(t, `
		| survey | type | name | label | default                          | calculation                      | trigger |
		|        | text | a    | A     | pulldata('one', 'x', 'y', 'z')   |                                  |         |
		|        | text | b    |       |                                  | pulldata('two', 'x', 'y', ${a})  | ${a}    |`)
	if len(def.Instances) != 2 || def.Instances[0].ID != "one" || def.Instances[1].ID != "two" {
		t.Errorf("the instances are %v", def.Instances)
	}
}

func TestDefaultsAndTriggersAreActionsAsInXForms(t *testing.T) {
	def := read(t, `
		| survey | type         | name | label | default | calculation  | trigger |
		|        | integer      | n    | N     | 3       |              |         |
		|        | begin repeat | r    | R     |         |              |         |
		|        | text         | x    | X     | uuid()  |              |         |
		|        | dateTime     | at   |       |         | now()        | ${x}    |
		|        | end repeat   |      |       |         |              |         |`)
	if q := question(t, def, "/data/n"); q.Default != "3" {
		t.Errorf("a plain default is %q", q.Default)
	}
	if q := question(t, def, "/data/r/at"); q.Bind.Calculate != "" {
		t.Errorf("what waits for a trigger is computed always: %s", q.Bind.Calculate)
	}
	for _, c := range []struct {
		where   string
		actions []forms.Action
		event   forms.Event
		target  string
		value   string
	}{
		{"the model", def.Actions, forms.InstanceFirstLoad, "/data/r/x", "uuid()"},
		{"the repeat", def.Element("/data/r").Base().Actions, forms.NewRepeat, "/data/r/x", "uuid()"},
		{"the question", def.Element("/data/r/x").Base().Actions, forms.ValueChanged, "/data/r/at", "now()"},
	} {
		if len(c.actions) != 1 {
			t.Errorf("%s has %d actions", c.where, len(c.actions))
			continue
		}
		a := c.actions[0]
		if a.Kind != forms.SetValue || !slices.Equal(a.Events, []forms.Event{c.event}) || a.Target != c.target || a.Value != c.value || a.Place.Row == 0 {
			t.Errorf("%s has %+v", c.where, a)
		}
	}
}
