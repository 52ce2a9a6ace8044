package xlsform

import (
	"regexp"
	"slices"
	"strings"

	"baraza.example/forms"
)

// A questionType is what the type column makes of a row.
type questionType struct {
	name       string // the usual one, which parameters and checks go by
	control    forms.Control
	data       forms.DataType
	mediaType  string // of uploads
	readOnly   bool
	preload    string
	params     string
	constraint string
	hint       string
}

// types are the types without a list, by their usual name.
var types = map[string]questionType{
	"text":                {control: forms.Input, data: forms.String},
	"integer":             {control: forms.Input, data: forms.Int},
	"decimal":             {control: forms.Input, data: forms.Decimal},
	"note":                {control: forms.Note, data: forms.String, readOnly: true},
	"date":                {control: forms.Input, data: forms.Date},
	"time":                {control: forms.Input, data: forms.Time},
	"dateTime":            {control: forms.Input, data: forms.DateTime},
	"geopoint":            {control: forms.Input, data: forms.GeoPoint},
	"geotrace":            {control: forms.Input, data: forms.GeoTrace},
	"geoshape":            {control: forms.Input, data: forms.GeoShape},
	"barcode":             {control: forms.Input, data: forms.Barcode},
	"range":               {control: forms.Range, data: forms.Int},
	"acknowledge":         {control: forms.Trigger, data: forms.String},
	"trigger":             {control: forms.Trigger},
	"calculate":           {data: forms.String},
	"hidden":              {data: forms.String},
	"image":               {control: forms.Upload, data: forms.Binary, mediaType: "image/*"},
	"audio":               {control: forms.Upload, data: forms.Binary, mediaType: "audio/*"},
	"video":               {control: forms.Upload, data: forms.Binary, mediaType: "video/*"},
	"file":                {control: forms.Upload, data: forms.Binary, mediaType: "application/*"},
	"osm":                 {control: forms.Upload, data: forms.Binary, mediaType: "osm/*"},
	"background-audio":    {data: forms.Binary},
	"start-geopoint":      {data: forms.GeoPoint},
	"background-geopoint": {data: forms.GeoPoint},
	"start":               {data: forms.DateTime, preload: "timestamp", params: "start"},
	"end":                 {data: forms.DateTime, preload: "timestamp", params: "end"},
	"today":               {data: forms.Date, preload: "date", params: "today"},
	"deviceid":            {data: forms.String, preload: "property", params: "deviceid"},
	"username":            {data: forms.String, preload: "property", params: "username"},
	"email":               {data: forms.String, preload: "property", params: "email"},
	"phonenumber":         {data: forms.String, preload: "property", params: "phonenumber"},
	"simserial":           {data: forms.String, preload: "property", params: "simserial"},
	"subscriberid":        {data: forms.String, preload: "property", params: "subscriberid"},
	"uri:deviceid":        {data: forms.String, preload: "property", params: "uri:deviceid"},
	"uri:username":        {data: forms.String, preload: "property", params: "uri:username"},
	"uri:email":           {data: forms.String, preload: "property", params: "uri:email"},
	"uri:phonenumber":     {data: forms.String, preload: "property", params: "uri:phonenumber"},
	"uri:simserial":       {data: forms.String, preload: "property", params: "uri:simserial"},
	"uri:subscriberid":    {data: forms.String, preload: "property", params: "uri:subscriberid"},
	"audit":               {data: forms.Binary},

	"percentage":                        {control: forms.Input, data: forms.Int, constraint: "0 <= . and . <= 100"},
	"phone number":                      {control: forms.Input, data: forms.String, constraint: `regex(., '^\d*$')`, hint: "Enter numbers only."},
	"number of days in last month":      {control: forms.Input, data: forms.Int, constraint: "0 <= . and . <= 31", hint: "Enter a number 0-31."},
	"number of days in last six months": {control: forms.Input, data: forms.Int, constraint: "0 <= . and . <= 183", hint: "Enter a number 0-183."},
	"number of days in last year":       {control: forms.Input, data: forms.Int, constraint: "0 <= . and . <= 365", hint: "Enter a number 0-365."},
}

// typeAliases are other spellings that pyxform knows.
var typeAliases = map[string]string{
	"string": "text", "text prompt": "text", "string prompt": "text", "q string": "text", "q text": "text", "add text prompt": "text",
	"int": "integer", "integer prompt": "integer", "q int": "integer", "add integer prompt": "integer",
	"decimal prompt": "decimal", "q decimal": "decimal", "add decimal prompt": "decimal",
	"note prompt": "note", "q note": "note", "add note prompt": "note",
	"date prompt": "date", "q date": "date", "add date prompt": "date",
	"time prompt": "time", "datetime": "dateTime", "q datetime": "dateTime", "q date time": "dateTime",
	"add date time prompt": "dateTime", "add datetime prompt": "dateTime", "date time": "dateTime",
	"location": "geopoint", "gps": "geopoint", "q geopoint": "geopoint", "q location": "geopoint", "add location prompt": "geopoint",
	"barcode prompt": "barcode", "q barcode": "barcode", "add barcode prompt": "barcode",
	"acknowledge prompt": "acknowledge", "q acknowledge": "acknowledge", "add acknowledge prompt": "acknowledge",
	"q calculate": "calculate", "add calculate prompt": "calculate", "calculation": "calculate",
	"photo": "image", "q picture": "image", "q image": "image", "picture": "image", "add image prompt": "image", "add photo prompt": "image",
	"q audio": "audio", "add audio prompt": "audio", "q video": "video", "add video prompt": "video", "add file prompt": "file",
	"start time": "start", "end time": "end", "get start time": "start", "get end time": "end", "get today": "today",
	"imei": "deviceid", "device id": "deviceid", "get device id": "deviceid",
	"get phone number": "phonenumber", "get sim id": "simserial", "sim id": "simserial",
	"get subscriber id": "subscriberid", "subscriber id": "subscriberid",
}

// selects are the first words of types that take a list.
var selects = []struct {
	words    string
	control  forms.Control
	fromFile bool
	external bool
}{
	// Longer spellings first: "select one from" before "select one".
	{"select_one_external", forms.Select1, false, true},
	{"select_one_from_file", forms.Select1, true, false},
	{"select one from file", forms.Select1, true, false},
	{"select_multiple_from_file", forms.Select, true, false},
	{"select multiple from file", forms.Select, true, false},
	{"add select one prompt using", forms.Select1, false, false},
	{"add select multiple prompt using", forms.Select, false, false},
	{"select all that apply from", forms.Select, false, false},
	{"select all that apply", forms.Select, false, false},
	{"select multiple from", forms.Select, false, false},
	{"select multiple using", forms.Select, false, false},
	{"select_multiple", forms.Select, false, false},
	{"select multiple", forms.Select, false, false},
	{"select one from", forms.Select1, false, false},
	{"select one using", forms.Select1, false, false},
	{"select_one", forms.Select1, false, false},
	{"select one", forms.Select1, false, false},
	{"select1", forms.Select1, false, false},
	{"rank", forms.RankList, false, false},
}

// A selectType is a type such as "select_one colours or_other" taken apart.
type selectType struct {
	control  forms.Control
	list     string
	fromFile bool
	external bool
	orOther  bool
}

// parseSelect takes the type of a select apart. ok is false where written is
// none; the list may be missing or be no single word, which the caller reports.
func parseSelect(written string) (t selectType, ok bool) {
	words := strings.Join(strings.Fields(written), " ")
	for _, s := range selects {
		head := words[:min(len(s.words), len(words))]
		rest := words[len(head):]
		if !strings.EqualFold(head, s.words) || rest != "" && rest[0] != ' ' {
			continue
		}
		t := selectType{control: s.control, fromFile: s.fromFile, external: s.external, list: strings.TrimSpace(rest)}
		for _, other := range []string{" or_other", " or specify other", " or other"} {
			if list, ok := strings.CutSuffix(t.list, other); ok {
				t.list, t.orOther = strings.TrimSpace(list), true
			}
		}
		return t, true
	}
	return selectType{}, false
}

// A boundary is the type of a row that begins or ends a container.
type boundary struct {
	begin bool
	what  string // "group", "repeat" or "loop"
	over  string // the list of a loop
}

var (
	beginRow = regexp.MustCompile(`(?i)^begin[\s_](group|lgroup|repeat|loop|looped group)(?: (?:over )?(\S+))?$`)
	endRow   = regexp.MustCompile(`(?i)^end[\s_](group|lgroup|repeat|loop|looped group)$`)
)

// parseBoundary takes "begin group" and its other spellings apart.
func parseBoundary(written string) (boundary, bool) {
	words := strings.Join(strings.Fields(written), " ")
	m := beginRow.FindStringSubmatch(words)
	begin := m != nil
	if !begin {
		if m = endRow.FindStringSubmatch(words); m == nil {
			return boundary{}, false
		}
		m = append(m, "")
	}
	what := strings.ToLower(m[1])
	if what == "lgroup" || what == "looped group" {
		what = "repeat"
	}
	return boundary{begin: begin, what: what, over: m[2]}, true
}

// typeNamed finds the type of a row that is neither a boundary nor a select.
func typeNamed(written string) (questionType, bool) {
	word := strings.Join(strings.Fields(written), " ")
	lower := strings.ToLower(word)
	for _, w := range []string{word, lower, strings.ReplaceAll(lower, "_", " "), strings.ReplaceAll(lower, " ", "-"), strings.ReplaceAll(lower, "_", "-")} {
		name := w
		if alias, ok := typeAliases[w]; ok {
			name = alias
		}
		if t, ok := types[name]; ok {
			t.name = name
			return t, true
		}
	}
	return questionType{}, false
}

func typeNames() []string {
	names := []string{"select_one", "select_multiple", "select_one_from_file", "select_multiple_from_file", "select_one_external", "rank",
		"begin_group", "end_group", "begin_repeat", "end_repeat", "begin_loop", "end_loop", "csv-external", "xml-external"}
	for n := range types {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
