package webform

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// The fields of the page for a file, beside the mark.
const (
	fieldAt   = "at"   // ref of the question
	fieldFile = "file" // the last one: what stands before it is known when it is too large
)

const (
	filesAtOnce = 4
	fileTime    = 3 * time.Minute // for one to come over a phone's wireless network
	maxField    = 4 << 10         // bytes of another field
	maxFields   = 8
	drained     = 8 // so many times the limit of a file is read and let go, so that the browser hears why
)

// A sent is a file as a browser sent it.
type sent struct {
	name    string
	content []byte
	large   bool // larger than may be
}

type sentKey struct{}

// receive reads what the page for a file sends. It stays in memory, where no other
// program finds it, until done is called; nil means that the request was answered.
func (g *gate) receive(w http.ResponseWriter, r *http.Request) (_ *http.Request, done func()) {
	if !g.wait(g.files, r) {
		g.busy(w)
		return nil, nil
	}
	done = func() { <-g.files }
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(fileTime)) // not every ResponseWriter has deadlines, tests' ones do not
	_ = control.SetWriteDeadline(time.Now().Add(fileTime + 6*patience))
	r.Body = http.MaxBytesReader(w, r.Body, (drained+1)*g.limits.File+maxFields*maxField)
	form, file, err := readParts(r, g.limits.File)
	if err != nil {
		done()
		refuse(w, http.StatusBadRequest, "The file did not arrive whole. What was saved before is safe. Please go back and send it again.")
		return nil, nil
	}
	r.PostForm, r.Form = form, form
	return r.WithContext(context.WithValue(r.Context(), sentKey{}, file)), done
}

func readParts(r *http.Request, most int64) (url.Values, sent, error) {
	form, file := url.Values{}, sent{}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, file, err
	}
	for range maxFields {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, file, err
		}
		if p.FormName() != fieldFile {
			value, err := io.ReadAll(io.LimitReader(p, maxField))
			if err != nil {
				return nil, file, err
			}
			form.Add(p.FormName(), string(value))
			continue
		}
		file.name = p.FileName()
		if file.content, err = io.ReadAll(io.LimitReader(p, most+1)); err != nil {
			return nil, file, err
		}
		if file.large = int64(len(file.content)) > most; file.large {
			file.content = nil
			_, err = io.Copy(io.Discard, io.LimitReader(p, drained*most))
		}
		return form, file, err
	}
	return form, file, nil
}

// A fileView is the page for a file, as the template takes it.
type fileView struct {
	Ref    forms.Ref
	Label  string
	Lang   string
	Dir    locale.Direction
	Hint   string
	Name   string // of the one that is there
	Accept string // media type; empty: any
	Limit  string
	Wrong  string
}

// askedFile finds the question for a file at ref, if it is asked now, and the number of
// its page.
func askedFile(s *session.Session, ref forms.Ref) (n session.Node, page int, is bool) {
	pages := pagesOf(s)
	at := pageOf(pages, ref)
	if at < 0 || !slices.Contains(questions(s, pages[at]), ref) {
		return n, 0, false
	}
	n, _ = s.Node(ref)
	return n, at + 1, kindOf(n, n.Element.(*forms.Question)) == "file" && !n.ReadOnly
}

// showFile asks for one file. It has a page of its own, so that a file which is too
// large, or a line that breaks under it, costs no other answer.
func (p *Pages) showFile(w http.ResponseWriter, r *http.Request) {
	d, l, ok := p.mine(w, r)
	if !ok {
		return
	}
	defer p.drafts.give(d)
	p.askFile(w, r, l, d.response.Session(), forms.Ref(r.URL.Query().Get(fieldAt)), nil)
}

func (p *Pages) askFile(w http.ResponseWriter, r *http.Request, l locale.Language, s *session.Session, ref forms.Ref, wrong error) {
	n, page, is := askedFile(s, ref)
	if !is {
		http.Redirect(w, r, "/page/1", http.StatusSeeOther)
		return
	}
	words := locale.New(l.Code)
	artist := &painter{s: s, words: words, language: l.Code}
	v := fileView{Ref: ref, Label: n.Label, Lang: artist.other(n.Language), Dir: artist.direction(n.Language), Hint: n.Hint, Name: n.Value,
		Accept: n.Element.(*forms.Question).MediaType, Limit: words.Size(p.o.Limits.File)}
	status := http.StatusOK
	if wrong != nil {
		v.Wrong, status = p.fileTrouble(artist, wrong), http.StatusUnprocessableEntity
	}
	p.show(w, r, status, "file", view{Number: page, Heading: n.Label, File: v})
}

var errNoFile = errors.New("no file came")

// fileTrouble words why a file was not taken.
func (p *Pages) fileTrouble(artist *painter, err error) string {
	say := artist.words.Say
	var v *session.Violation
	switch {
	case errors.As(err, &v):
		return artist.message(*v)
	case errors.Is(err, ErrFileLarge):
		return say("kiosk.file_large", locale.Values{"Size": artist.words.Size(p.o.Limits.File)})
	case errors.Is(err, ErrFilePicture):
		return say("kiosk.file_picture")
	case errors.Is(err, ErrFilesFull):
		return say("kiosk.file_full")
	}
	return say("kiosk.file_none")
}

// takeFile answers a question with the file that was sent.
func (p *Pages) takeFile(w http.ResponseWriter, r *http.Request) {
	d, l, ok := p.mine(w, r)
	if !ok {
		return
	}
	defer p.drafts.give(d)
	if !p.gate.may("file", r, p.o.Limits.Files) {
		p.message(w, r, http.StatusTooManyRequests, "slower")
		return
	}
	s, ref := d.response.Session(), forms.Ref(r.PostForm.Get(fieldAt))
	_, page, is := askedFile(s, ref)
	if !is {
		http.Redirect(w, r, "/page/1", http.StatusSeeOther)
		return
	}
	var err error
	file, _ := r.Context().Value(sentKey{}).(sent)
	switch {
	case file.large:
		err = ErrFileLarge
	case strings.TrimSpace(file.name) == "" || len(file.content) == 0:
		err = errNoFile
	default:
		err = d.response.Attach(r.Context(), ref, file.name, bytes.NewReader(file.content))
	}
	var v *session.Violation
	switch {
	case err == nil:
		http.Redirect(w, r, "/page/"+strconv.Itoa(page)+"?saved", http.StatusSeeOther)
	case errors.Is(err, errNoFile), errors.Is(err, ErrFileLarge), errors.Is(err, ErrFilePicture), errors.Is(err, ErrFilesFull), errors.As(err, &v):
		p.askFile(w, r, l, s, ref, err)
	default:
		p.fail(w, r, err)
	}
}
