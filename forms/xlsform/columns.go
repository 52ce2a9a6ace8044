package xlsform

import (
	"slices"
	"strings"
)

// A heading is the name of a column taken apart.
type heading struct {
	written, column, language string
}

// headings takes the headings of a sheet apart; aliases give the field's own
// name for other spellings. As soon as one heading has "::", a single colon
// parts nothing any more.
func headings(sheet Sheet, aliases map[string]string) []heading {
	double := slices.ContainsFunc(sheet.Headings, func(h string) bool { return strings.Contains(h, "::") })
	out := make([]heading, len(sheet.Headings))
	for i, written := range sheet.Headings {
		out[i] = parseHeading(strings.Join(strings.Fields(written), " "), double, aliases)
	}
	return out
}

// translatable are the columns that may be written once per language.
var translatable = []string{
	"label", "hint", "guidance_hint", "constraint_message", "required_message", "bind::jr:noAppErrorString",
	"media::image", "media::audio", "media::video", "media::big-image",
}

// mediaColumns are the forms of media.
var mediaColumns = []string{"media::image", "media::big-image", "media::audio", "media::video"}

// groups are the first words of headings whose second word is a name of XForms.
var groups = map[string]string{
	"media": "media", "bind": "bind", "control": "control", "body": "control", "instance": "instance", "attribute": "attribute",
}

func parseHeading(written string, double bool, aliases map[string]string) heading {
	h := heading{written: written, column: written}
	if name, ok := aliases[snake(written)]; ok {
		h.column = name
		return h
	}
	parts := splitHeading(written, double)
	first := snake(parts[0])
	rest := parts[1:]
	group, grouped := groups[first]
	switch name, known := aliases[first]; {
	case grouped && len(rest) > 0:
		if !double && group != "media" && !strings.Contains(written, "::") && !slices.Contains(translatable, aliases[strings.ToLower(group+"::"+rest[0])]) {
			rest = []string{strings.Join(rest, ":")} // body:esri:style has a prefix, no language
		}
		h.column = group + "::" + rest[0]
		if name, ok := aliases[strings.ToLower(h.column)]; ok {
			h.column = name
		}
		rest = rest[1:]
	case known:
		h.column = name
	default:
		return h // left as it is, because expressions may name it
	}
	switch {
	case len(rest) == 0:
	case slices.Contains(translatable, h.column):
		h.language = strings.Join(rest, "::")
	default:
		h.column += "::" + strings.Join(rest, "::")
	}
	return h
}

// splitHeading parts at "::", or at ":" as older forms do; jr:count and its like
// stay whole.
func splitHeading(written string, double bool) []string {
	separator := "::"
	if !double && !strings.Contains(written, "::") {
		separator = ":"
	}
	parts := strings.Split(written, separator)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if i := slices.Index(parts, "jr"); separator == ":" && i >= 0 && i+1 < len(parts) {
		parts = slices.Replace(parts, i, i+2, "jr:"+parts[i+1])
	}
	return parts
}

// snake is how headings are compared: lower case, one _ for any space.
func snake(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "_")) }

// surveyColumns gives the fields of the survey sheet by every spelling.
var surveyColumns = spellings(map[string]string{
	"type":                      "type command",
	"name":                      "name value tag",
	"label":                     "label caption",
	"hint":                      "hint",
	"guidance_hint":             "guidance_hint",
	"required":                  "required bind::required",
	"required_message":          "required_message requiredmsg bind::jr:requiredmsg",
	"relevant":                  "relevant relevance skip_logic bind::relevant",
	"constraint":                "constraint bind::constraint",
	"constraint_message":        "constraint_message constraining_message constraintmsg bind::jr:constraintmsg",
	"calculation":               "calculation calculate bind::calculate",
	"readonly":                  "readonly read_only bind::readonly",
	"appearance":                "appearance control::appearance",
	"default":                   "default",
	"choice_filter":             "choice_filter",
	"repeat_count":              "repeat_count count jr:count control::jr:count",
	"parameters":                "parameters",
	"trigger":                   "trigger",
	"disabled":                  "disabled",
	"media::image":              "image",
	"media::audio":              "audio",
	"media::video":              "video",
	"media::big-image":          "big-image",
	"save_to":                   "save_to bind::entities:saveto",
	"bind::type":                "bind::type",
	"bind::jr:preload":          "bind::jr:preload",
	"bind::jr:preloadParams":    "bind::jr:preloadparams",
	"bind::jr:noAppErrorString": "noapperrorstring no_app_error_string bind::jr:noapperrorstring",
	"control::autoplay":         "autoplay",
	"control::rows":             "rows",
	"control::intent":           "intent",
	"instance::odk:tag":         "compact_tag",
	"sms_field":                 "sms_field",
	"sms_option":                "sms_option",
	"sms_separator":             "sms_separator",
	"sms_allow_media":           "sms_allow_media",
	"sms_date_format":           "sms_date_format",
	"sms_datetime_format":       "sms_datetime_format",
	"sms_response":              "sms_response",
})

// choiceColumns gives those of the choices sheet, and of external_choices and
// osm, which have the same.
var choiceColumns = spellings(map[string]string{
	"list_name":        "list_name",
	"name":             "name value",
	"label":            "label caption",
	"media::image":     "image",
	"media::audio":     "audio",
	"media::video":     "video",
	"media::big-image": "big-image",
	"sms_option":       "sms_option",
})

var settingsColumns = spellings(map[string]string{
	"form_title":              "form_title title set_form_title",
	"form_id":                 "form_id id_string set_form_id",
	"version":                 "version",
	"default_language":        "default_language",
	"instance_name":           "instance_name",
	"instance_xmlns":          "instance_xmlns",
	"instance_id":             "instance_id",
	"style":                   "style",
	"submission_url":          "submission_url",
	"name":                    "name",
	"allow_choice_duplicates": "allow_choice_duplicates",
	"public_key":              "public_key",
	"auto_send":               "auto_send",
	"auto_delete":             "auto_delete",
	"client_editable":         "client_editable",
	"omit_instanceID":         "omit_instanceid",
	"namespaces":              "namespaces",
	"clean_text_values":       "clean_text_values",
	"prefix":                  "prefix compact_prefix",
	"delimiter":               "delimiter",
	"flat":                    "flat",
	"add_none_option":         "add_none_option",
	"sms_keyword":             "sms_keyword",
	"sms_separator":           "sms_separator",
	"sms_allow_media":         "sms_allow_media",
	"sms_date_format":         "sms_date_format",
	"sms_datetime_format":     "sms_datetime_format",
	"sms_response":            "sms_response",
})

var entitiesColumns = spellings(map[string]string{
	"list_name": "list_name dataset",
	"entity_id": "entity_id",
	"create_if": "create_if",
	"update_if": "update_if",
	"label":     "label",
})

func spellings(columns map[string]string) map[string]string {
	all := map[string]string{}
	for column, written := range columns {
		for _, w := range strings.Fields(written) {
			all[w] = column
		}
	}
	return all
}
