package main

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/xlsform"
)

// household is a form of 114 questions as organisations write them: groups,
// choices, conditions, limits, three languages.
func household() (survey, choices *table) {
	survey, choices = &table{}, &table{}
	survey.add("type", "name", "label::English (en)", "label::Français (fr)", "label::Kiswahili (sw)", "hint::English (en)",
		"relevant", "constraint", "constraint_message::English (en)", "required", "calculation", "appearance")
	n := 0
	ask := func(kind, relevant, constraint, calculation string) {
		n++
		words := fmt.Sprintf("about matter %d, as you see it today", n)
		survey.add(kind, fmt.Sprintf("q%d", n), "Tell us "+words, "Dites-nous "+words, "Tuambie "+words, "In your own words",
			relevant, constraint, "This can't be", "yes", calculation, "")
	}
	for g := range 19 {
		survey.add("begin group", fmt.Sprintf("g%d", g), "Part", "Partie", "Sehemu", "", "", "", "", "", "", "field-list")
		ask("text", "", "", "")
		ask("integer", "", ". >= 0 and . < 150", "")
		ask(fmt.Sprintf("select_one list%d", g%5), fmt.Sprintf("${q%d} > 17", n), "", "")
		ask(fmt.Sprintf("select_multiple list%d", g%5), fmt.Sprintf("${q%d} != 'c3'", n), "", "")
		ask("decimal", fmt.Sprintf("selected(${q%d}, 'c1')", n), ". > 0", "")
		ask("date", "", ". <= today()", "")
		survey.add("end group", "", "", "", "", "", "", "", "", "", "", "")
	}
	choices.add("list_name", "name", "label::English (en)", "label::Français (fr)", "label::Kiswahili (sw)")
	for l := range 5 {
		for c := range 12 {
			choices.add(fmt.Sprintf("list%d", l), fmt.Sprintf("c%d", c), fmt.Sprintf("Choice %d", c), fmt.Sprintf("Choix %d", c), fmt.Sprintf("Chaguo %d", c))
		}
	}
	return survey, choices
}

// householdQuestions is how many household asks.
const householdQuestions = 114

func measureRead() ([]result, error) {
	survey, choices := household()
	settings := &table{}
	settings.add("form_title", "form_id", "version", "default_language")
	settings.add("Household", "household", "1", "English (en)")
	data, err := xlsx([]string{"survey", "choices", "settings"}, []*table{survey, choices, settings})
	if err != nil {
		return nil, err
	}
	ms, err := milliseconds(21, func(int) error {
		wb, err := xlsform.OpenBytes("household.xlsx", data)
		if err != nil {
			return err
		}
		def, found := xlsform.Read(wb)
		if err := forms.Usable(found); err != nil {
			return err
		}
		asked := 0
		for e := range def.All() {
			if _, ok := e.(*forms.Question); ok {
				asked++
			}
		}
		if asked < householdQuestions {
			return fmt.Errorf("%d questions were read, not %d", asked, householdQuestions)
		}
		return nil
	})
	return []result{atMost("read-114", ms, "ms", 50)}, err
}

// xlsx writes sheets as a workbook, as small as the format allows.
func xlsx(names []string, sheets []*table) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	var kinds, book, links strings.Builder
	for i, t := range sheets {
		n := i + 1
		fmt.Fprintf(&kinds, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, n)
		fmt.Fprintf(&book, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, names[i], n, n)
		fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, officeLinks, n)
		if err := part(z, fmt.Sprintf("xl/worksheets/sheet%d.xml", n), sheetXML(t)); err != nil {
			return nil, err
		}
	}
	for _, p := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` + kinds.String() + `</Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + packageLinks + `"><Relationship Id="rId1" Type="` + officeLinks + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + officeLinks + `"><sheets>` + book.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packageLinks + `">` + links.String() + `</Relationships>`},
	} {
		if err := part(z, p[0], p[1]); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

// Namespaces of the relations between the parts of a workbook, ECMA-376.
const (
	officeLinks  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packageLinks = "http://schemas.openxmlformats.org/package/2006/relationships"
)

func part(z *zip.Writer, name, text string) error {
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write([]byte(xml.Header + text))
	}
	return err
}

func sheetXML(t *table) string {
	var b strings.Builder
	b.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for i, cells := range t.rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for c, text := range cells {
			if text == "" {
				continue
			}
			fmt.Fprintf(&b, `<c r="%c%d" t="inlineStr"><is><t>`, 'A'+c, i+1)
			_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
			b.WriteString(`</t></is></c>`)
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData></worksheet>`)
	return b.String()
}
