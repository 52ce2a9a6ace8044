package webform

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"baraza.example/assets/locale"
)

// The cookies. None outlives the browser: a phone may be passed on.
const (
	cookieVisit    = "visit"    // drawn for a browser; the marks of its forms fit it
	cookieCode     = "response" // the code of the response that is being written
	cookieLanguage = "language"
)

// alphabet has no letters that are mistaken for others (Crockford's).
var alphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// codeLength is 40 bits: with ten thousand responses on a hub, somebody who
// tries a code a second finds one in three years, and he is stopped before.
const codeLength = 8

// newCode draws a code, as it is shown: ABCD-EFGH.
func newCode() string {
	raw := make([]byte, 5)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	return showCode(alphabet.EncodeToString(raw))
}

func showCode(code string) string { return code[:4] + "-" + code[4:] }

// readCode takes a code as people type it; "" for what is none.
func readCode(typed string) string {
	if len(typed) > 64 {
		return ""
	}
	var b strings.Builder
	for _, r := range strings.ToUpper(typed) {
		switch r {
		case ' ', '-', '\t':
			continue
		case 'I', 'L':
			r = '1'
		case 'O':
			r = '0'
		}
		if r > 'Z' || !strings.ContainsRune("0123456789ABCDEFGHJKMNPQRSTVWXYZ", r) {
			return ""
		}
		b.WriteRune(r)
	}
	if b.Len() != codeLength {
		return ""
	}
	return showCode(b.String())
}

// key is what a response is kept under: who reads the keeper's list can't tell
// the code.
func (p *Pages) key(code string) string {
	m := hmac.New(sha256.New, p.o.Secret)
	m.Write([]byte("code " + code))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

// mark goes into every form of a visit. Another site can't read it, so what
// comes with it was sent from a page of ours.
func (p *Pages) mark(visit string) string {
	m := hmac.New(sha256.New, p.o.Secret)
	m.Write([]byte("mark " + visit))
	return alphabet.EncodeToString(m.Sum(nil)[:10])
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil || len(c.Value) > 64 {
		return ""
	}
	return c.Value
}

func (p *Pages) setCookie(w http.ResponseWriter, name, value string) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: p.o.TLS}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// visit returns this browser's, drawing one where it has none.
func (p *Pages) visit(w http.ResponseWriter, r *http.Request) string {
	v := cookie(r, cookieVisit)
	if v == "" {
		v = newVisit()
		p.setCookie(w, cookieVisit, v)
		r.AddCookie(&http.Cookie{Name: cookieVisit, Value: v}) // for the rest of this request
	}
	return v
}

func newVisit() string {
	raw := make([]byte, 15)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	return alphabet.EncodeToString(raw)
}

// marked lets only those posts through that come from our own forms, in this
// browser.
func (p *Pages) marked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			visit := cookie(r, cookieVisit)
			if visit == "" || !hmac.Equal([]byte(r.PostForm.Get(fieldMark)), []byte(p.mark(visit))) {
				p.message(w, r, http.StatusForbidden, "unmarked")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// language is the one chosen, else the first that the browser asks for and the
// form has.
func (p *Pages) language(r *http.Request) locale.Language {
	for _, code := range append([]string{r.URL.Query().Get("language"), cookie(r, cookieLanguage)}, locale.Accepted(r.Header.Get("Accept-Language"))...) {
		if l, ok := locale.Named(code); ok && slices.Contains(p.o.Languages, l.Code) {
			return l
		}
	}
	l, _ := locale.Named(p.o.Languages[0])
	return l
}
