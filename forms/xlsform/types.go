package xlsform

import (
	"slices"
	"strings"

	"baraza.example/forms"
)

// A questionType is what the type column makes of a row.
type questionType struct {
	control   forms.Control
	data      forms.DataType
	mediaType string // of uploads
	readOnly  bool
	preload   string
	params    string
	meta      bool // stands in the meta block
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
	"calculate":           {data: forms.String},
	"hidden":              {data: forms.String},
	"image":               {control: forms.Upload, data: forms.Binary, mediaType: "image/*"},
	"audio":               {control: forms.Upload, data: forms.Binary, mediaType: "audio/*"},
	"video":               {control: forms.Upload, data: forms.Binary, mediaType: "video/*"},
	"file":                {control: forms.Upload, data: forms.Binary, mediaType: "application/*"},
	"background-audio":    {data: forms.Binary, mediaType: "audio/*"},
	"start-geopoint":      {data: forms.GeoPoint},
	"start":               {data: forms.DateTime, preload: "timestamp", params: "start"},
	"end":                 {data: forms.DateTime, preload: "timestamp", params: "end"},
	"today":               {data: forms.Date, preload: "date", params: "today"},
	"deviceid":            {data: forms.String, preload: "property", params: "deviceid"},
	"username":            {data: forms.String, preload: "property", params: "username"},
	"email":               {data: forms.String, preload: "property", params: "email"},
	"phonenumber":         {data: forms.String, preload: "property", params: "phonenumber"},
	"simserial":           {data: forms.String, preload: "property", params: "simserial"},
	"subscriberid":        {data: forms.String, preload: "property", params: "subscriberid"},
	"audit":               {data: forms.Binary, meta: true},
	"background-geopoint": {data: forms.GeoPoint},
}

// typeAliases are other spellings that pyxform knows.
var typeAliases = map[string]string{
	"string": "text", "text prompt": "text", "string prompt": "text", "q string": "text", "q text": "text", "add text prompt": "text",
	"int": "integer", "integer prompt": "integer", "q int": "integer", "add integer prompt": "integer", "number of days in last month": "integer",
	"decimal prompt": "decimal", "q decimal": "decimal", "add decimal prompt": "decimal",
	"note prompt": "note", "q note": "note", "add note prompt": "note",
	"date prompt": "date", "q date": "date", "add date prompt": "date",
	"time prompt": "time", "datetime": "dateTime", "q datetime": "dateTime", "add date time prompt": "dateTime", "date time": "dateTime",
	"location": "geopoint", "gps": "geopoint", "q geopoint": "geopoint", "q location": "geopoint", "add location prompt": "geopoint",
	"barcode prompt": "barcode", "q barcode": "barcode", "add barcode prompt": "barcode",
	"trigger": "acknowledge", "acknowledge prompt": "acknowledge", "q acknowledge": "acknowledge", "add acknowledge prompt": "acknowledge",
	"q calculate": "calculate", "add calculate prompt": "calculate", "calculation": "calculate",
	"photo": "image", "q picture": "image", "q image": "image", "picture": "image", "add image prompt": "image", "add photo prompt": "image",
	"q audio": "audio", "add audio prompt": "audio", "q video": "video", "add video prompt": "video", "add file prompt": "file",
	"start time": "start", "end time": "end", "get start time": "start", "get end time": "end", "get today": "today",
	"imei": "deviceid", "device id": "deviceid", "get device id": "deviceid",
	"phone number": "phonenumber", "get phone number": "phonenumber", "get sim id": "simserial", "sim id": "simserial",
	"get subscriber id": "subscriberid", "subscriber id": "subscriberid",
}

// selects are the first words of types that take a list.
var selects = []struct {
	words    string
	control  forms.Control
	fromFile bool
}{
	// Longer spellings first: "select one from" before "select one".
	{"select_one_from_file", forms.Select1, true},
	{"select one from file", forms.Select1, true},
	{"select_multiple_from_file", forms.Select, true},
	{"select multiple from file", forms.Select, true},
	{"add select one prompt using", forms.Select1, false},
	{"add select multiple prompt using", forms.Select, false},
	{"select all that apply from", forms.Select, false},
	{"select all that apply", forms.Select, false},
	{"select multiple from", forms.Select, false},
	{"select multiple using", forms.Select, false},
	{"select_multiple", forms.Select, false},
	{"select multiple", forms.Select, false},
	{"select one from", forms.Select1, false},
	{"select one using", forms.Select1, false},
	{"select_one", forms.Select1, false},
	{"select one", forms.Select1, false},
	{"select1", forms.Select1, false},
	{"select", forms.Select, false},
	{"rank", forms.RankList, false},
}

// A selectType is a type such as "select_one colours or_other" taken apart.
type selectType struct {
	control  forms.Control
	list     string
	fromFile bool
	orOther  bool
}

func parseSelect(written string) (selectType, bool) {
	words := strings.Join(strings.Fields(written), " ")
	for _, s := range selects {
		head := words[:min(len(s.words), len(words))]
		rest := words[len(head):]
		if !strings.EqualFold(head, s.words) || rest != "" && rest[0] != ' ' {
			continue
		}
		t := selectType{control: s.control, fromFile: s.fromFile, list: strings.TrimSpace(rest)}
		for _, other := range []string{" or_other", " or specify other", " or other"} {
			if list, ok := strings.CutSuffix(t.list, other); ok {
				t.list, t.orOther = strings.TrimSpace(list), true
			}
		}
		return t, true
	}
	return selectType{}, false
}

// boundary takes "begin group" and its other spellings apart.
func boundary(written string) (begin, end bool, what string) {
	word := strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(written, "_", " ")), " "))
	first, rest, _ := strings.Cut(word, " ")
	switch rest {
	case "lgroup", "looped group":
		rest = "repeat"
	case "group", "repeat", "loop":
	default:
		return false, false, ""
	}
	return first == "begin", first == "end", rest
}

func typeNamed(written string) (questionType, string, bool) {
	word := strings.Join(strings.Fields(written), " ")
	if t, ok := types[word]; ok {
		return t, word, true
	}
	lower := strings.ToLower(word)
	for _, w := range []string{lower, strings.ReplaceAll(lower, "_", " "), strings.ReplaceAll(lower, " ", "-"), strings.ReplaceAll(lower, "_", "-")} {
		if name, ok := typeAliases[w]; ok {
			return types[name], name, true
		}
		if t, ok := types[w]; ok {
			return t, w, true
		}
	}
	return questionType{}, "", false
}

func typeNames() []string {
	names := []string{"select_one", "select_multiple", "select_one_from_file", "select_multiple_from_file", "rank",
		"begin_group", "end_group", "begin_repeat", "end_repeat", "csv-external", "xml-external"}
	for n := range types {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
