package app

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"baraza.example/app/workspace"
	"baraza.example/forms/session"
)

// hostile is what somebody may type or paste as a name or an answer.
var hostile = map[string]string{
	"emoji":          "👩🏽‍🌾 fishers 🎣 of 🇰🇪",
	"bidi overrides": "\u202eevil\u202c \u2066\u2067x\u2069 شركة ABC 12",
	"markup":         "<script>alert(1)</script> & [link](http://x) **b**",
	"control":        "a\x00b\x07c\u0085d\ufeffe",
	"no spaces":      strings.Repeat("WWWWWWWWWW", 60),
	"marks":          "Z" + strings.Repeat("\u0301", 300),
	"broken bytes":   "abc\xff\xfe def",
	"many lines":     strings.Repeat("line\n", 200),
}

func TestHostileNamesAndAnswersAreKeptAndDrawn(t *testing.T) {
	for name, words := range hostile {
		t.Run(name, func(t *testing.T) {
			p := known(t, phone)
			p.taps("Write a contribution")
			p.field(0).SetText(words)
			p.field(2).SetText(words)
			p.aSecondPasses()
			p.seesItSaved()
			p.showHome()
			p.fits(name)
			p.taps("Go on with the text")
			if got := p.field(2).Text; got != strings.ToValidUTF8(words, "�") && got != words {
				t.Errorf("%q became %q", words, got)
			}
			p.window.Resize(fyne.NewSize(200, 200))
			p.fits(name)
		})
	}
}

func TestAWindowOfTwoHundredByTwoHundredIsUsable(t *testing.T) {
	p := known(t, fyne.NewSize(200, 200))
	p.taps("Answer the questionnaire")
	for range p.filling.form.Pages()[1:] {
		p.taps("Next")
		p.fits("page")
	}
	p.taps("Review")
	p.sees("Review", "Make ready")
	p.window.Resize(fyne.NewSize(1, 1)) // what some window managers do for a moment
	p.window.Resize(fyne.NewSize(4000, 300))
	p.window.Resize(phone)
	p.sees("Make ready")
}

// goneFile can't be read any more.
type goneFile struct{ uri fyne.URI }

func (g goneFile) Read([]byte) (int, error) { return 0, errors.New("no such file or directory") }
func (g goneFile) Close() error             { return nil }
func (g goneFile) URI() fyne.URI            { return g.uri }

// openFile is one that a person chose.
type openFile struct {
	io.Reader
	uri fyne.URI
}

func (openFile) Close() error    { return nil }
func (f openFile) URI() fyne.URI { return f.uri }

func onDisk(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAFileThatIsGoneIsSaidAndNoAnswerIsLost(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.taps("Next")
	p.types(0, "Prices first.")
	at := find(t, p, "a_audio")
	p.filling.attached(at, goneFile{storage.NewFileURI("/nowhere/recording.ogg")})
	p.sees("The file recording.ogg can't be read. Your answers are safe.", "<Prices first.>")
	if n, _ := p.filling.response.Node(at); n.Value != "" {
		t.Errorf("the question is answered with %q", n.Value)
	}
}

func TestAnAttachmentThatIsNotOnTheDeviceAnyMoreKeepsTheResponseFromBeingReady(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	r := p.filling.response
	if err := session.Fill(r.Session, map[string]any{
		"a": "Prices first.", "a_audio": "recording.ogg", "collection_mode": "own", "org_name": "Ujirani Cooperative", "org_category": "ngo", "nonprofit": "yes",
		"country": "KE", "answer_language": "en", "publication": "full", "consent_processing": "yes", "consent_translation": "yes",
	}); err != nil {
		t.Fatal(err)
	}
	p.filling.review()
	p.taps("Make ready")
	p.sees("The file recording.ogg is not there any more. Choose it again.")
	if drafts, err := p.work.Briefs(t.Context()); err != nil || len(drafts) != 1 {
		t.Errorf("the draft is gone: %v, %v", drafts, err)
	}
}

func TestAFileIsAttachedUnderASafeName(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	at := find(t, p, "a_audio")
	p.filling.attached(at, openFile{strings.NewReader("sound"), storage.NewFileURI("/tmp/../../etc/passwd")})
	n, _ := p.filling.response.Node(at)
	if n.Value != "passwd" {
		t.Errorf("the file is called %q", n.Value)
	}
	if files := p.filling.response.Files(); len(files) != 1 || files[0].Size != 5 {
		t.Errorf("kept are %+v", files)
	}
}

func TestAnInviteIsDroppedIntoTheWindow(t *testing.T) {
	p := known(t, laptop)
	dropped := onDisk(t, "invite.txt", string(invited(t, "https://centre.example:8443")))
	p.dropped(fyne.NewPos(500, 300), []fyne.URI{storage.NewFileURI(dropped)})
	p.taps("Join")
	p.sees("Joined: another")
	if _, joined, err := p.work.Invite(t.Context()); err != nil || !joined {
		t.Errorf("joined is %v, %v", joined, err)
	}
	p.dropped(fyne.NewPos(500, 300), []fyne.URI{storage.NewFileURI("/nowhere/invite.txt")})
	p.sees("The file invite.txt can't be read.")
	p.dropped(fyne.NewPos(500, 300), []fyne.URI{storage.NewFileURI(onDisk(t, "large.txt", strings.Repeat("x", maxInvite+1)))})
	p.sees("The file large.txt is not what is expected here.")
}

func TestAnErrorTellsWhatIsSafe(t *testing.T) {
	p := known(t, phone)
	for _, c := range []struct {
		err  error
		want string
	}{
		{workspace.ErrTooLong, "longer than one record carries"},
		{workspace.ErrNoForm, "The draft is safe"},
		{&workspace.GoneError{Name: "map.png"}, "The file map.png is not there any more"},
		{workspace.ErrNoAddress, "no address of a hub"},
		{io.ErrUnexpectedEOF, "What was saved is safe"},
	} {
		if got := p.explain(c.err); !strings.Contains(got, c.want) {
			t.Errorf("%v is explained as %q", c.err, got)
		}
	}
}
