package forms

// An Action is something the form does by itself when an event happens
// (https://getodk.github.io/xforms-spec/#actions): it gives a node a value.
type Action struct {
	Kind   ActionKind
	Events []Event
	Target string // XPath of the node that gets the value; attributes end in /@name
	Value  string // XPath of setvalue; empty where Text is the value
	Text   string // literal value
	Attrs  []Attr // others: "odk:quality" of recordaudio
	Place  Place
}

// ActionKind is what an action does, as its element is named.
type ActionKind string

// The actions of ODK XForms.
const (
	SetValue    ActionKind = "setvalue"
	SetGeoPoint ActionKind = "odk:setgeopoint"
	RecordAudio ActionKind = "odk:recordaudio"
)

// An Event is something that happens to a response or to a node.
type Event string

// The events of ODK XForms. Older forms say xforms-ready for the first load.
const (
	InstanceLoad      Event = "odk-instance-load"       // a response is opened, new or not
	InstanceFirstLoad Event = "odk-instance-first-load" // a response begins
	NewRepeat         Event = "odk-new-repeat"          // an instance is added to the repeat that the action stands in
	ValueChanged      Event = "xforms-value-changed"    // of the question that the action stands in
	XFormsReady       Event = "xforms-ready"
	XFormsRevalidate  Event = "xforms-revalidate" // the response is finished
)

// AllEvents are the events that forms may name.
var AllEvents = []Event{InstanceLoad, InstanceFirstLoad, NewRepeat, ValueChanged, XFormsReady, XFormsRevalidate}
