package workspace

import "strings"

// Metadata is what a form may ask the device for instead of its person: the
// properties of the OpenRosa metadata of which a device can't know. What is
// empty is not given.
type Metadata struct {
	Username string `json:",omitempty"`
	Email    string `json:",omitempty"`
	Phone    string `json:",omitempty"`
}

// properties are what forms find under jr:preload="property" and property(),
// each also as a URI (https://getodk.github.io/xforms-spec/#preload-attributes):
// username:NAME, mailto:EMAIL and tel:PHONE.
func (m Metadata) properties() map[string]string {
	all := map[string]string{}
	for _, field := range []struct{ name, scheme, value string }{
		{"username", "username:", m.Username}, {"email", "mailto:", m.Email}, {"phonenumber", "tel:", m.Phone},
	} {
		if v := strings.TrimSpace(field.value); v != "" {
			all[field.name], all["uri:"+field.name] = v, field.scheme+v
		}
	}
	return all
}
