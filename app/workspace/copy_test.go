package workspace_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

func TestACopyIsAResponseOfItsOwnWhoseConsentIsAskedAnew(t *testing.T) {
	d := newDevice(t)
	item := d.respond("Nalubaale")
	for name, id := range map[string]string{"of what was made ready": item.Name} {
		r, err := d.Copy(t.Context(), id)
		if err != nil {
			t.Fatal(name, err)
		}
		n, _ := r.Node("/data/lake")
		if r.Revision() != 1 || n.Value != "Nalubaale" {
			t.Errorf("%s: revision %d, %q", name, r.Revision(), n.Value)
		}
		answer(t, r, "/data/lake", "Victoria")
		again, err := d.Copy(t.Context(), r.InstanceID())
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := again.Node("/data/lake"); n.Value != "Victoria" || again.InstanceID() == r.InstanceID() {
			t.Errorf("the copy of the draft says %q", n.Value)
		}
		if n, _ := r.Node("/data/lake"); n.Value != "Victoria" {
			t.Errorf("the draft says %q now", n.Value)
		}
	}
	if _, err := d.Copy(t.Context(), contributed(t, d.Workspace, "Boats").Name); !errors.Is(err, workspace.ErrNoResponse) {
		t.Errorf("a contribution: %v", err)
	}
}

func TestADraftIsPrintedAndExportedAsOne(t *testing.T) {
	d := newDevice(t)
	r := d.start()
	answer(t, r, "/data/lake", "Nalubaale")
	var out bytes.Buffer
	if err := d.Export(t.Context(), r.InstanceID(), &out); err != nil {
		t.Fatal(err)
	}
	var e workspace.Exported
	if err := json.Unmarshal(out.Bytes(), &e); err != nil || e.State != "draft" || len(e.Answers) != 1 || e.Answers[0].Value != "Nalubaale" {
		t.Errorf("%s, %v", out.Bytes(), err)
	}
	out.Reset()
	if _, err := d.Print(t.Context(), r.InstanceID(), workspace.Printing{Words: locale.New("en")}, &out); err != nil || !bytes.HasPrefix(out.Bytes(), []byte("%PDF")) {
		t.Errorf("%d bytes, %v", out.Len(), err)
	}
	if _, err := d.Print(t.Context(), "uuid:none", workspace.Printing{Words: locale.New("en")}, &out); err == nil {
		t.Error("what isn't there is printed")
	}
}
