package workspace_test

import (
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/forms"
	"baraza.example/forms/xlsform"
	"baraza.example/storage"
	"baraza.example/storage/simdisk"
)

func TestFormsAreGivenWhatThePersonGivesAndNothingElse(t *testing.T) {
	wb, err := xlsform.OpenMarkdown(`
| survey   |              |         |                                       |
|          | type         | name    | calculation                           |
|          | username     | who     |                                       |
|          | email        | mail    |                                       |
|          | phonenumber  | phone   |                                       |
|          | deviceid     | device  |                                       |
|          | uri:email    | address |                                       |
|          | calculate    | uri     | property('uri:username')              |
| settings |              |         |                                       |
|          | form_id      | version |                                       |
|          | asks         | 1       |                                       |
`)
	if err != nil {
		t.Fatal(err)
	}
	form, err := workspace.NewForm(wb, nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Open(t.Context(), "store", workspace.Options{
		Store: storage.Options{FS: simdisk.New(1), MemoryIndex: true, NoBallast: true}, Forms: []workspace.Form{form},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	says := func(want map[string]string) {
		t.Helper()
		r, err := w.Start(t.Context(), "asks", "")
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range want {
			if n, _ := r.Node(forms.Ref("/data/" + name)); n.Value != value {
				t.Errorf("%s is %q, want %q", name, n.Value, value)
			}
		}
	}
	says(map[string]string{"who": "", "mail": "", "phone": "", "device": "", "address": "", "uri": ""}) // there is no device yet
	if err := w.SetUp(t.Context(), "Ujirani", "the old laptop"); err != nil {
		t.Fatal(err)
	}
	card, err := w.Card()
	if err != nil {
		t.Fatal(err)
	}
	device := "baraza:" + card.ID().Hex()
	if _, err := w.Change(t.Context(), func(s *workspace.Settings) {
		s.Metadata = workspace.Metadata{Username: " Achieng ", Email: "achieng@ujirani.example"}
	}); err != nil {
		t.Fatal(err)
	}
	says(map[string]string{"who": "Achieng", "mail": "achieng@ujirani.example", "phone": "", "device": device,
		"address": "mailto:achieng@ujirani.example", "uri": "username:Achieng"})
}
