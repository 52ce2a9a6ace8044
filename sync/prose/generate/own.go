package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"baraza.example/assets"
	"baraza.example/forms/consultation"
	"baraza.example/forms/session"
	"baraza.example/forms/xlsform"
)

// ourOwn is what the project itself wrote in a language: samples of answers,
// the built-in form in it, and last how a filled form and a contribution look.
func ourOwn(language string) ([]string, error) {
	texts := []string{}
	if language != "" {
		answers, err := sampleAnswers(language)
		if err != nil {
			return nil, err
		}
		form, err := formTexts(language)
		if err != nil {
			return nil, err
		}
		texts = append(form, answers...)
	}
	instance, err := blankInstance()
	if err != nil {
		return nil, err
	}
	tag := language
	if tag == "" {
		tag = "sw"
	}
	return append(texts,
		tag+"\x00\x00\x00\x00"+`{"schema":1,"id":"`+idMark+`","title":"","onBehalf":"","language":"`+tag+`","publication":"full","paragraphs":[{"number":1,"text":""},{"number":2,"text":""},{"number":3,"text":""}],"started":"2026-11-22T08:00:00Z","changed":"2026-11-22T09:30:00Z"}`,
		tag+"\x00wgstudy_questionnaire\x002026112202\x00\x00"+instance,
		tag+"\x00form\x001\x00\x00"+`<data xmlns:orx="http://openrosa.org/xforms" id="`+formMark+`" version="`+versionMark+`"><q1>1`+end+`<q2>yes`+end+`<q3>`+end+`<q4/><q5>2026-11-22`+end+
			`<name>`+end+`<group><a>`+end+`<b/>`+end+`<orx:meta><orx:instanceID>`+idMark+end+end+end), nil
}

// The marks are those of sync/prose (end) and of sync/batch, which has them
// where the text repeats what its head says.
const (
	end         = "\x01"
	idMark      = "\x02"
	formMark    = "\x03"
	versionMark = "\x04"
)

// blankInstance is the built-in form before anything is answered, as a record
// would hold it.
func blankInstance() (string, error) {
	c, err := consultation.Read(assets.Consultation)
	if err != nil {
		return "", err
	}
	folder, err := fs.Sub(assets.Consultation, c.Form.Folder)
	if err != nil {
		return "", err
	}
	wb, err := xlsform.OpenCSV(folder)
	if err != nil {
		return "", err
	}
	def, _ := xlsform.Read(wb)
	s, err := session.Start(def, session.Options{File: func(name string) ([]byte, error) { return fs.ReadFile(folder, name) }})
	if err != nil {
		return "", err
	}
	d := s.Draft()
	var out strings.Builder
	for rest := string(d.XML); rest != ""; { // end tags as sync/prose writes them
		at := strings.Index(rest, "</")
		if at < 0 {
			out.WriteString(rest)
			break
		}
		out.WriteString(rest[:at] + end)
		rest = rest[at+strings.IndexByte(rest[at:], '>')+1:]
	}
	return strings.NewReplacer(d.InstanceID, idMark, ` id="`+def.Settings.ID+`"`, ` id="`+formMark+`"`,
		` version="`+def.Settings.Version+`"`, ` version="`+versionMark+`"`).Replace(out.String()), nil
}

// sampleAnswers are those of our samples that are given in a language.
func sampleAnswers(language string) (texts []string, err error) {
	names, err := fs.Glob(assets.Samples, "answers/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		raw, err := fs.ReadFile(assets.Samples, name)
		if err != nil {
			return nil, err
		}
		var answers map[string]any
		if err := json.Unmarshal(raw, &answers); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if answers["answer_language"] != language {
			continue
		}
		for _, letter := range []string{"a", "b", "c", "e", "f"} {
			if text, ok := answers[letter].(string); ok {
				texts = append(texts, text)
			}
		}
	}
	return texts, nil
}

// formTexts are the longer texts of the built-in form in a language. English is
// what the others were translated from.
func formTexts(language string) (texts []string, err error) {
	file := language
	if language == "en" {
		file = "fr"
	}
	raw, err := fs.ReadFile(assets.Consultation, path.Join("translations", file+".json"))
	if err != nil {
		return nil, nil // the form is not translated
	}
	var c struct {
		Units []struct{ Source, Target string }
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, err
	}
	for _, u := range c.Units {
		text := u.Target
		if language == "en" {
			text = u.Source
		}
		if len(text) > 40 && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts, nil
}
