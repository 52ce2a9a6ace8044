package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A second device sends and is revoked afterwards. The desk shows what came, and says so.
func TestTheDeskMarksWhatARevokedDeviceSent(t *testing.T) {
	b := newBrowser(t)
	r := newRoad(t)
	folder := t.TempDir()
	file := func(name string) string { return filepath.Join(folder, name) }
	r.run("", "join", "--dir", file("first"), "--org", "Radio Amani", "--device", "studio <laptop>", strings.TrimSpace(r.run("", "central", "invite", "--dir", r.dir, "--address", r.public)))
	r.run("", "device", "request", "--dir", file("second"), "--device", "field phone", "--out", file("request"))
	r.run("", "device", "add", "--dir", file("first"), "--out", file("answer"), file("request"))
	r.run("", "device", "take", "--dir", file("second"), file("answer"))
	if err := os.WriteFile(file("text.json"), []byte(`{"title":"From the field","onBehalf":"Radio Amani","language":"en","publication":"full","paragraphs":[{"number":1,"text":"What we saw."}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	r.run("", "contribute", "--dir", file("second"), file("text.json"))
	r.run("", "sync", "--dir", file("second"))

	b.login(r.desk)
	b.open("From the field")
	if text := b.text(); strings.Contains(text, "revoked") {
		t.Fatalf("nothing was revoked yet: %s", text)
	}
	for line := range strings.Lines(r.run("", "device", "list", "--dir", file("first"))) {
		if id, _, _ := strings.Cut(line, "  "); strings.Contains(line, "field phone") {
			r.run("", "device", "revoke", "--dir", file("first"), strings.TrimSpace(id))
		}
	}
	r.run("", "sync", "--dir", file("first"))

	b.do(chromedp.Navigate(r.desk+"/"), visible(".items"))
	if text := b.text(); !strings.Contains(text, "Its device was revoked later: 20") {
		t.Errorf("the list doesn't say it: %s", text)
	}
	b.fits("desk-revoked-list")
	b.open("From the field")
	for _, want := range []string{"Its device was revoked later: 20", "through the device studio <laptop>, Radio Amani", "it counts", "What we saw."} {
		if text := b.text(); !strings.Contains(text, want) {
			t.Errorf("the page doesn't say %q: %s", want, text)
		}
	}
	b.fits("desk-revoked")
}
