package assets_test

import (
	"io/fs"
	"testing"

	"baraza.example/assets"
	"baraza.example/forms"
	"baraza.example/forms/xlsform"
)

func TestTheQuestionnaireIsReadWithoutAWord(t *testing.T) {
	def := questionnaire(t)
	if def.Settings.ID != "wgstudy_questionnaire" || def.Settings.Version == "" {
		t.Errorf("settings %+v", def.Settings)
	}
}

// questionnaire reads the built-in form as the programs do.
func questionnaire(t *testing.T) *forms.Definition {
	sheets, err := fs.Sub(assets.Consultation, "questionnaire")
	if err != nil {
		t.Fatal(err)
	}
	wb, err := xlsform.OpenCSV(sheets)
	if err != nil {
		t.Fatal(err)
	}
	def, found := xlsform.Read(wb)
	for _, d := range found {
		t.Error(d)
	}
	return def
}
