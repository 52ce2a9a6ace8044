package session

import "baraza.example/forms"

// A Node is the state of one question, group, repeat or repeat instance: all
// that a screen, a page or a script may read. It is a snapshot of references:
// read it again through [Session.Node] after a change.
type Node struct {
	Ref      forms.Ref     // with positions inside repeats
	Element  forms.Element // what the form says of it
	Label    string        // in the session's language, ${…} output filled in
	Hint     string
	Language string // the language Label was found in; another than asked means a fallback
	Value    string // "" is blank; a select of several is space-separated
	Relevant bool   // its own and all its ancestors'
	Required bool
	ReadOnly bool
	Choices  []Choice    // filtered, in the order to show
	Children []forms.Ref // of groups, repeats (their instances) and instances
}

// A Choice is one item a person may pick.
type Choice struct {
	Value string
	Label string
}
