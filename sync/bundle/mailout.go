package bundle

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/mail"
	"os"
	"strings"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// MediaType is that of a part as an attachment.
const MediaType = "application/vnd.baraza.bundle"

// ErrMailSize means that a part does not fit into a mail of the size asked for.
var ErrMailSize = errors.New("it doesn't fit into a mail of this size: write it anew with smaller parts, or take it by stick")

// PartForMail is the largest part that fits into a mail of size bytes: base64
// makes four of three, and a line end of every 76.
func PartForMail(size int64) int64 { return (size - mailHead) / 78 * 57 }

const mailHead = 4 << 10 // headers and the words to the reader

// A Letter is where a mail goes. The program sends none: it writes drafts, and
// asks for no password.
type Letter struct {
	From, To string // addresses; From may be empty, the mail program fills it in
	Size     int64  // of a whole mail in bytes; 0: no bound
	Subject  string // before the number of the part
	Text     string // for the person who opens it
	Date     time.Time
	Takes    func(h Head) bool // whether a part is to be mailed at all; nil: each is
}

// WriteMail writes part as a mail draft with one attachment.
func (b *Bundle) WriteMail(w io.Writer, part Part, l Letter) error {
	if l.Size > 0 && part.Bytes > PartForMail(l.Size) {
		return fmt.Errorf("%s has %d bytes: %w", part.File, part.Bytes, ErrMailSize)
	}
	for _, a := range []string{l.From, l.To} {
		if _, err := mail.ParseAddress(a); a != "" && err != nil {
			return fmt.Errorf("%q is no mail address: %w", a, err)
		}
	}
	if l.To == "" {
		return errors.New("a mail needs an address to go to")
	}
	file, err := b.root.Open(part.File)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriter(w)
	id := identity.Base32(part.Head.Bundle[:])
	boundary := "=_" + id
	name := PartName(part.Head.Bundle, part.Head.Part)
	header := func(k, v string) { fmt.Fprintf(out, "%s: %s\r\n", k, v) }
	if l.From != "" {
		header("From", oneLine(l.From))
	}
	header("To", oneLine(l.To))
	header("Subject", mime.QEncoding.Encode("utf-8", fmt.Sprintf("%s %s/%d", l.Subject, id[:8], part.Head.Part)))
	header("Date", l.Date.Format(time.RFC1123Z))
	header("Message-ID", fmt.Sprintf("<%s.%d@bundle.baraza.invalid>", id, part.Head.Part))
	header("X-Unsent", "1") // some mail programs open the file as a draft then
	header("MIME-Version", "1.0")
	header("Content-Type", `multipart/mixed; boundary="`+boundary+`"`)
	fmt.Fprintf(out, "\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", boundary)
	if err := base64Lines(out, strings.NewReader(l.Text)); err != nil {
		return err
	}
	fmt.Fprintf(out, "\r\n--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=%q\r\n\r\n", boundary, MediaType, name)
	if err := base64Lines(out, file); err != nil {
		return err
	}
	fmt.Fprintf(out, "\r\n--%s--\r\n", boundary)
	return out.Flush()
}

// oneLine keeps an address from bringing headers of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, s)
}

func base64Lines(w io.Writer, r io.Reader) error {
	in := make([]byte, 57)
	line := make([]byte, 76, 78)
	for {
		n, err := io.ReadFull(r, in)
		if n > 0 {
			base64.StdEncoding.Encode(line[:base64.StdEncoding.EncodedLen(n)], in[:n])
			if _, err := w.Write(append(line[:base64.StdEncoding.EncodedLen(n)], '\r', '\n')); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// Upwards is [Letter.Takes] of a device: its parts and those of others, but not what a
// centre has answered, which goes the other way.
func Upwards(h Head) bool { return h.Role != batch.RoleCentre }

// SaveMails writes a mail for each whole part into folder, but for those that have
// theirs there; with again those are written anew. Left are the parts that can't be
// sent, with what is wrong with them.
func (b *Bundle) SaveMails(folder *os.Root, l Letter, again bool) (made []string, left []Part, err error) {
	for _, p := range b.Parts() {
		if p.Damage == nil && l.Takes != nil && !l.Takes(p.Head) {
			continue
		}
		if p.Damage != nil {
			left = append(left, p)
			continue
		}
		name, err := b.SaveMail(folder, p, l)
		if errors.Is(err, fs.ErrExist) && !again {
			continue
		}
		if errors.Is(err, fs.ErrExist) {
			if err = folder.Remove(name); err == nil {
				name, err = b.SaveMail(folder, p, l)
			}
		}
		if err != nil {
			return made, left, err
		}
		made = append(made, name)
	}
	return made, left, nil
}

// SaveMail writes the mail into a new file of folder and returns its name.
func (b *Bundle) SaveMail(folder *os.Root, part Part, l Letter) (name string, err error) {
	name = strings.TrimSuffix(PartName(part.Head.Bundle, part.Head.Part), Extension) + ".eml"
	file, err := folder.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return name, err
	}
	err = b.WriteMail(file, part, l)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		err = errors.Join(err, folder.Remove(name))
	}
	return name, err
}
