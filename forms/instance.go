package forms

// An Instance is a secondary instance: data that expressions read by its id.
type Instance struct {
	ID   string
	Src  string // "jr://file/towns.xml", "jr://file-csv/towns.csv", "jr://instance/last-saved"; empty where Tree is there
	Tree *Tree  // the root element, kept whole
}

// LastSaved is the Src of the instance that holds the last response that was
// saved with the same form.
const LastSaved = "jr://instance/last-saved"

// A Tree is an element of XML, kept whole. Space between elements that means
// nothing is left out.
type Tree struct {
	Name     string // as written, prefix included
	Space    string // URI of the namespace, or empty
	Attrs    []Attr // without declarations of namespaces
	Text     string // of an element without children
	Children []*Tree
}

// Attr returns the value of an attribute, by its name as written.
func (t *Tree) Attr(name string) string {
	for _, a := range t.Attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// Child returns the first child called name, or nil.
func (t *Tree) Child(name string) *Tree {
	for _, c := range t.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// An Attr is an attribute whose value nothing computes.
type Attr struct {
	Name  string // prefix included: "odk:length"
	Value string
}

// An Attribute is one of a node of the primary instance: a value that binds and
// actions may set, such as the dataset and id of an entity.
type Attribute struct {
	Name    string // prefix included
	Default string
	Bind    Bind
}

// An Itext is the text of an id in its forms.
type Itext struct {
	Text  Text
	Forms map[string]Text // "short", "image", "audio", "video", "big-image", "guidance"
}
