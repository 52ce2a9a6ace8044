package bundle_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"baraza.example/sync/bundle"
	"baraza.example/sync/exchange/exchangetest"
)

var letter = bundle.Letter{From: "radio@example.org", To: "Secretariat <centre@example.org>", Subject: "Baraza: réponses", Text: "Ouvrir avec Baraza.\n", Date: time.Unix(1_800_000_000, 0)}

// mails writes every part of the bundle in folder as a mail.
func mails(t testing.TB, folder string, l bundle.Letter) (raw [][]byte) {
	t.Helper()
	b := open(t, folder, bundle.Options{})
	defer shut(t, b)
	for _, p := range b.Parts() {
		var out bytes.Buffer
		if err := b.WriteMail(&out, p, l); err != nil {
			t.Fatal(err)
		}
		if l.Size > 0 && int64(out.Len()) > l.Size {
			t.Errorf("a mail of %d bytes where %d may be", out.Len(), l.Size)
		}
		raw = append(raw, out.Bytes())
	}
	return raw
}

func mailroom(t testing.TB, folder string) *bundle.Mailroom {
	t.Helper()
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return &bundle.Mailroom{Folder: root}
}

// A Maildir and a mbox hold the mails of two bundles among others, in any
// order; parts that are missing are waited for.
func TestMailsAreReadBackInAnyOrderWithPartsMissingUntilTheyCome(t *testing.T) {
	const size = 20 << 10
	root, first, folder := written(t, 60, bundle.Options{PartSize: bundle.PartForMail(size)})
	second := exchangetest.NewSender(exchangetest.NewAuthor(t, root.Card, root.Token))
	second.Author.Respond("by another device")
	other := t.TempDir()
	visit(t, other, second, bundle.Options{})
	l := letter
	l.Size = size
	all := append(mails(t, folder, l), mails(t, other, l)...)
	if len(all) < 4 {
		t.Fatalf("%d mails", len(all))
	}
	all = append(all, []byte("From: a@b\r\nSubject: lunch\r\n\r\nFrom here we walk.\r\n"))
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })

	maildir, spool := t.TempDir(), t.TempDir()
	for _, sub := range []string{"cur", "new", "tmp"} {
		if err := os.Mkdir(filepath.Join(maildir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	centre := exchangetest.NewKeeper(root, nil)
	half := len(all) / 2
	for i, raw := range all[:half] {
		put(t, filepath.Join(maildir, []string{"cur", "new"}[i%2], fmt.Sprintf("17%02d.host:2,S", i)), raw)
	}
	put(t, filepath.Join(maildir, "tmp", "half"), all[half][:200])
	m := mailroom(t, spool)
	if err := m.Read(maildir); err != nil || len(m.Faults) > 0 || m.Mails != half {
		t.Fatalf("%+v: %v", m, err)
	}
	bring(t, spool, centre)
	if centre.Missing(first.Author) == nil && centre.Missing(second.Author) == nil {
		t.Error("with half of the mails everything is there")
	}

	var mbox bytes.Buffer
	for _, raw := range all { // the known ones once more
		fmt.Fprintf(&mbox, "From MAILER Thu Jan  1 00:00:00 1970\n%s\n\n", strings.ReplaceAll(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\nFrom ", "\n>From "))
	}
	put(t, filepath.Join(maildir, "old.mbox"), mbox.Bytes())
	m = mailroom(t, spool)
	if err := m.Read(maildir); err != nil || len(m.Faults) > 0 || m.Mails != half+len(all) || m.Known < half-1 {
		t.Fatalf("%+v: %v", m, err)
	}
	bring(t, spool, centre)
	for _, s := range []*exchangetest.Sender{first, second} {
		if err := centre.Missing(s.Author); err != nil {
			t.Error(err)
		}
	}
	visit(t, spool, first, bundle.Options{})
	if first.Received() != len(first.Author.Records) {
		t.Errorf("%d receipts for %d records", first.Received(), len(first.Author.Records))
	}
}

func TestHostileMailsAreLeftAlone(t *testing.T) {
	_, _, folder := written(t, 2, bundle.Options{})
	genuine := mails(t, folder, letter)[0]
	nested := "From: a@b\r\n"
	for i := range 200 {
		nested += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	many := "From: a@b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 50_000) + "--b--\r\n"
	for name, c := range map[string]struct {
		raw   []byte
		fault bool
	}{
		"no mail":           {[]byte("\x00\x01\x02"), true},
		"a cut mail":        {genuine[:len(genuine)*2/3], true},
		"a changed letter":  {bytes.Replace(genuine, []byte("AAAA"), []byte("AAAB"), 1), true},
		"nested":            {[]byte(nested), true},
		"many attachments":  {[]byte(many), true},
		"an evil name":      {bytes.ReplaceAll(genuine, []byte("filename=\"baraza"), []byte("filename=\"../../../etc/x")), false},
		"an evil program":   {[]byte("From: a@b\r\nContent-Disposition: attachment; filename=x.exe\r\n\r\nMZ"), false},
		"headers of others": {[]byte("From: a@b\r\nContent-Type: multipart/mixed\r\n\r\n"), true},
	} {
		t.Run(name, func(t *testing.T) {
			box := filepath.Join(t.TempDir(), "mail.eml")
			put(t, box, c.raw)
			spool := t.TempDir()
			m := mailroom(t, spool)
			start := time.Now()
			err := m.Read(box)
			if err != nil || (len(m.Faults) > 0) != c.fault || time.Since(start) > 5*time.Second {
				t.Errorf("%v, %+v", err, m.Faults)
			}
			if kept := files(t, spool); len(kept) != m.New || len(kept) > 0 && c.fault {
				t.Errorf("%d parts, kept %v", m.New, kept)
			}
		})
	}
}

func TestAnAddressBringsNoHeadersAndAPartThatIsTooLongIsRefused(t *testing.T) {
	_, _, folder := written(t, 2, bundle.Options{})
	b := open(t, folder, bundle.Options{})
	defer shut(t, b)
	p := b.Parts()[0]
	l := letter
	l.To = "a@example.org\r\nBcc: spy@example.org"
	if err := b.WriteMail(new(bytes.Buffer), p, l); err == nil {
		t.Error("an address of two lines was taken")
	}
	l = letter
	l.Size = 5000
	if err := b.WriteMail(new(bytes.Buffer), p, l); !errors.Is(err, bundle.ErrMailSize) {
		t.Errorf("a part of %d bytes in a mail of 5,000: %v", p.Bytes, err)
	}
}

func FuzzMail(f *testing.F) {
	_, _, folder := written(f, 1, bundle.Options{})
	f.Add(mails(f, folder, letter)[0])
	f.Add([]byte("From a\nFrom: a@b\n\n>From x\n\nFrom b\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		box := filepath.Join(t.TempDir(), "mail.mbox")
		put(t, box, raw)
		spool := t.TempDir()
		m := mailroom(t, spool)
		if err := m.Read(box); err != nil {
			t.Fatal(err)
		}
		b := open(t, spool, bundle.Options{})
		defer shut(t, b)
		for _, p := range b.Parts() {
			if p.Damage != nil {
				t.Errorf("kept a damaged part: %v", p.Damage)
			}
		}
	})
}
