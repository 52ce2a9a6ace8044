package bundle

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path"
	"slices"
	"strings"
)

// A Mailroom collects the parts of bundles out of mails into a folder, which
// is a bundle then. Attachments are known by what they are, never by their
// names; everything else in a mail is left alone.
type Mailroom struct {
	Folder *os.Root
	Mails  int // read
	New    int // parts that were not here
	Known  int // parts that were
	Faults []MailFault
}

// A MailFault is a mail or an attachment that was left alone, and why.
type MailFault struct {
	Mail string // the file it is from
	Err  error
}

// The limits of mails, against those made to be a burden.
const (
	maxMail    = 64 << 20 // bytes of one
	maxMails   = 100_000  // in one mailbox
	maxParts   = 100      // attachments of one
	maxNesting = 8
)

// ErrMailLimit means that a mail or mailbox is larger than is read of one.
var ErrMailLimit = errors.New("this is more than is read of a mailbox")

// Read collects from a mbox file, a single mail, or a folder of mails, as a
// Maildir is. It can be called again with the same mails: what is known is
// passed over.
func (m *Mailroom) Read(from string) error {
	info, err := os.Stat(from)
	if err != nil {
		return fmt.Errorf("read mails: %w", err)
	}
	if !info.IsDir() {
		file, err := os.Open(from)
		if err != nil {
			return fmt.Errorf("read mails: %w", err)
		}
		defer file.Close()
		return m.readFile(file, from)
	}
	root, err := os.OpenRoot(from)
	if err != nil {
		return fmt.Errorf("read mails: %w", err)
	}
	defer root.Close()
	for _, folder := range []string{".", "cur", "new"} { // tmp holds what is still being delivered
		entries, err := fs.ReadDir(root.FS(), folder)
		if errors.Is(err, fs.ErrNotExist) && folder != "." {
			continue
		}
		if err != nil {
			return fmt.Errorf("read mails: %w", err)
		}
		if len(entries) > maxMails {
			return fmt.Errorf("%d files: %w", len(entries), ErrMailLimit)
		}
		for _, e := range entries {
			if !e.Type().IsRegular() || folder == "." && !slices.Contains([]string{".eml", ".mbox", ".mbx"}, strings.ToLower(path.Ext(e.Name()))) {
				continue
			}
			file, err := root.Open(path.Join(folder, e.Name()))
			if err != nil {
				return fmt.Errorf("read mails: %w", err)
			}
			err = m.readFile(file, path.Join(folder, e.Name()))
			file.Close()
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// readFile reads one mail, or those of a mbox file, which begins with "From ".
func (m *Mailroom) readFile(r io.Reader, name string) error {
	in := bufio.NewReaderSize(r, 64<<10)
	if start, err := in.Peek(5); err != nil || string(start) != "From " {
		return m.mail(io.LimitReader(in, maxMail+1), name)
	}
	var one bytes.Buffer
	blank, begun := true, false
	for {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			err = nil // a long line is read in pieces: none of them begins a mail
		}
		switch {
		case blank && bytes.HasPrefix(line, []byte("From ")):
			if begun {
				if err := m.mail(&one, fmt.Sprintf("%s, mail %d", name, m.Mails+1)); err != nil {
					return err
				}
			}
			one.Reset()
			begun = true
			if m.Mails > maxMails {
				return fmt.Errorf("more than %d mails: %w", maxMails, ErrMailLimit)
			}
		case one.Len()+len(line) <= maxMail:
			if quoted := bytes.TrimLeft(line, ">"); len(quoted) < len(line) && bytes.HasPrefix(quoted, []byte("From ")) {
				line = line[1:]
			}
			one.Write(line)
		default:
			one.Write(line[:min(len(line), max(0, maxMail+1-one.Len()))])
		}
		blank = len(bytes.TrimRight(line, "\r\n")) == 0
		if err != nil {
			if begun {
				if err := m.mail(&one, fmt.Sprintf("%s, mail %d", name, m.Mails+1)); err != nil {
					return err
				}
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
}

// mail looks for parts in one mail. An error is the folder's: mails that can't
// be read are faults.
func (m *Mailroom) mail(r io.Reader, name string) error {
	m.Mails++
	counted := &countingReader{r: r}
	message, err := mail.ReadMessage(bufio.NewReader(counted))
	if err != nil {
		m.fault(name, fmt.Errorf("this is no mail: %w", err))
		return nil
	}
	attachments := 0
	err = m.entity(message.Header.Get, message.Body, name, 0, &attachments)
	var own *ownError
	switch {
	case errors.As(err, &own):
		return own.err
	case counted.n > maxMail:
		m.fault(name, ErrMailLimit)
	case err != nil:
		m.fault(name, err)
	}
	return nil
}

func (m *Mailroom) fault(name string, err error) { m.Faults = append(m.Faults, MailFault{name, err}) }

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// An ownError is trouble of the folder that is written to.
type ownError struct{ err error }

func (e *ownError) Error() string { return e.err.Error() }

// entity looks at one part of a mail and those in it.
func (m *Mailroom) entity(header func(string) string, body io.Reader, name string, depth int, attachments *int) error {
	if *attachments++; depth > maxNesting || *attachments > maxParts {
		return fmt.Errorf("too many attachments, or too deep: %w", ErrMailLimit)
	}
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if err == nil && strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("the mail is cut or damaged: %w", err)
			}
			if err := m.entity(p.Header.Get, p, name, depth+1, attachments); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(strings.TrimSpace(header("Content-Transfer-Encoding"))) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, &lettersOnly{r: body})
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	if kind == "message/rfc822" { // a mail that was forwarded whole
		inner, err := mail.ReadMessage(bufio.NewReader(body))
		if err != nil {
			return fmt.Errorf("the mail in the mail is damaged: %w", err)
		}
		return m.entity(inner.Header.Get, inner.Body, name, depth+1, attachments)
	}
	in := bufio.NewReader(body)
	if start, _ := in.Peek(len(magic)); string(start) != magic {
		return nil
	}
	return m.keep(in, name)
}

// lettersOnly drops what mail programs put between the letters of base64.
type lettersOnly struct{ r io.Reader }

func (l *lettersOnly) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	kept := b[:0]
	for _, c := range b[:n] {
		if c > ' ' {
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 && n > 0 && err == nil {
		return l.Read(b)
	}
	return len(kept), err
}

// keep puts a part into the folder, if it is whole. Its name tells its content,
// so that no other part can take its place.
func (m *Mailroom) keep(r io.Reader, name string) error {
	raw, err := io.ReadAll(io.LimitReader(r, maxMail))
	if err != nil {
		return fmt.Errorf("an attachment is damaged: %w", err)
	}
	part, err := Verify(bytes.NewReader(raw))
	if err == nil {
		err = part.Damage
	}
	if err != nil {
		return fmt.Errorf("an attachment is part of a bundle, but %w", err)
	}
	sum := sha256.Sum256(raw)
	file := strings.TrimSuffix(PartName(part.Head.Bundle, part.Head.Part), Extension) + "-" + hex.EncodeToString(sum[:4]) + Extension
	if _, err := m.Folder.Stat(file); err == nil {
		m.Known++
		return nil
	}
	if err := m.write(file, raw); err != nil {
		return &ownError{fmt.Errorf("keep the part of a bundle: %w", err)}
	}
	m.New++
	return nil
}

// write makes file whole or not at all.
func (m *Mailroom) write(file string, raw []byte) error {
	const half = "incoming.tmp"
	f, err := m.Folder.OpenFile(half, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, m.Folder.Remove(half))
	}
	if err := m.Folder.Rename(half, file); err != nil {
		return err
	}
	syncFolder(m.Folder)
	return nil
}
