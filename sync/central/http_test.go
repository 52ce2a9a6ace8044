package central_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

func get(h http.Handler, method, path, accept string) (status int, body string, header http.Header) {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String(), w.Result().Header
}

func TestACodeSaysWhetherAndHowNeverWhat(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	a := c.author(t, "Radio Maisha")
	direct, relayed, mailed, both := a.Text("the answer"), a.Text("another answer"), a.Text("a mailed answer"), a.Text("an answer on a hub's stick")
	hub := batch.Stop{Hub: identity.ID{1, 2, 3}, Time: 7}
	c.accept(t, direct)
	if _, err := c.Accept(t.Context(), exchange.Peer{}, []batch.Carried{{Record: relayed, Path: []batch.Stop{hub}}}, nil); err != nil {
		t.Fatal(err)
	}
	c.accept(t, relayed) // and once more, by itself: the first road counts
	c.bundle(t, a, central.CarrierMail, batch.Carried{Record: mailed})
	c.bundle(t, a, central.CarrierStick, batch.Carried{Record: both, Path: []batch.Stop{hub}})
	pages := c.Pages()

	status, body, h := get(pages, "GET", "/r/"+direct.ID.Code(), "*/*")
	if status != 200 || !strings.Contains(body, "received on 15 January 2027 at 08:00 UTC, straight from the device") {
		t.Errorf("%d %s", status, body)
	}
	if h.Get("Content-Security-Policy") == "" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Type"), "text/plain") {
		t.Errorf("headers %v", h)
	}
	status, body, h = get(pages, "GET", "/r/"+direct.ID.Code(), "text/html,*/*")
	if status != 200 || !strings.HasPrefix(h.Get("Content-Type"), "text/html") || !strings.Contains(body, "straight from the device") || !strings.Contains(body, "15 January 2027, 08:00 UTC") ||
		strings.Contains(body, "Maisha") || strings.Contains(body, "answer") {
		t.Errorf("as a page: %d %v %s", status, h, body)
	}
	spoken := strings.ToLower(strings.ReplaceAll(relayed.ID.Code(), "-", ""))
	status, body, _ = get(pages, "GET", "/r/"+spoken, "")
	if status != 200 || !strings.Contains(body, "through the hub "+hub.Hub.Short()) || strings.Contains(body, "Maisha") || strings.Contains(body, "answer") {
		t.Errorf("%d %s", status, body)
	}
	status, body, _ = get(pages, "GET", "/r/"+relayed.ID.Code(), "application/json;q=0.9")
	var got struct {
		Code     string
		Received bool
		Records  []struct {
			Road string
			Hubs []string
			When string
		}
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 || !got.Received || len(got.Records) != 1 || got.Records[0].Road != "hub" || got.Records[0].When != "2027-01-15T08:00:00Z" {
		t.Errorf("%d %s: %v", status, body, err)
	}
	for _, r := range []struct {
		record        batch.Record
		road, inWords string
	}{{mailed, `"road":"mail","hubs":[]`, ", by e-mail."}, {both, `"road":"stick","hubs":["` + hub.Hub.Short() + `"]`, ", through the hub " + hub.Hub.Short() + ", then on a stick."}} {
		if _, body, _ := get(pages, "GET", "/r/"+r.record.ID.Code(), "application/json"); !strings.Contains(body, r.road) {
			t.Errorf("want %s: %s", r.road, body)
		}
		if _, body, _ := get(pages, "GET", "/r/"+r.record.ID.Code(), ""); !strings.Contains(body, r.inWords) {
			t.Errorf("want %s: %s", r.inWords, body)
		}
	}
	unknown := batch.RecordID{9}.Code()
	if status, body, _ := get(pages, "GET", "/r/"+unknown, ""); status != 200 || !strings.Contains(body, "not received here yet") {
		t.Errorf("%d %s", status, body)
	}
	if status, body, _ := get(pages, "GET", "/r/"+unknown, "application/json"); status != 200 || !strings.Contains(body, `"received":false,"records":[]`) {
		t.Errorf("%d %s", status, body)
	}
}

// bundle takes records of a as they come in a bundle, behind those that are held.
func (c *centre) bundle(t *testing.T, a *centraltest.Author, by central.Carrier, records ...batch.Carried) {
	t.Helper()
	path := t.TempDir()
	b, err := bundle.Open(path, bundle.Options{Centre: c.keys.Centre.Root()})
	if err != nil {
		t.Fatal(err)
	}
	var all []batch.Carried
	for s, err := range c.store.Records(t.Context(), central.Query{Origin: ptr(a.ID()), Kinds: []batch.Kind{batch.KindRegistration, batch.KindEpoch}}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s.Carried)
	}
	all = append(all, records...)
	first, tails := map[batch.Chain]batch.Seq{}, []batch.Tail{}
	for _, r := range all {
		if first[r.Chain] == 0 {
			first[r.Chain] = r.Seq
			tails = append(tails, batch.Tail{Chain: r.Chain, First: r.Seq, Top: r.Have()})
		}
		tails[len(tails)-1].Top = r.Have()
	}
	if _, err := b.Accept(t.Context(), batch.Peer{}, all, first); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Receipts(t.Context(), batch.Offer{Origin: a.ID(), Tails: tails}); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if b, err = bundle.Open(path, bundle.Options{Centre: c.keys.Centre.Root()}); err != nil {
		t.Fatal(err)
	}
	report, err := b.Bring(t.Context(), func(ctx context.Context, conn exchange.Conn) (exchange.Report, error) {
		return c.ServeBundle(ctx, conn, by)
	})
	if err := errors.Join(err, b.Close()); err != nil || report.Sent < len(records) || len(report.Refused) > 0 {
		t.Fatalf("%+v, %v", report, err)
	}
}

func ptr[T any](v T) *T { return &v }

func TestAMistypedCodeIsSaidInPlainWords(t *testing.T) {
	pages := newCentre(t, centraltest.NewMemory()).Pages()
	code := []byte(batch.RecordID{9}.Code())
	code[0]++
	for _, bad := range []string{string(code), "12345", "not-a-code", "%3Cscript%3E", strings.Repeat("0", 5000)} {
		status, body, _ := get(pages, "GET", "/r/"+bad, "application/json")
		if _, page, h := get(pages, "GET", "/r/"+bad, "text/html"); !strings.HasPrefix(h.Get("Content-Type"), "text/html") ||
			!strings.Contains(strings.ToLower(page), "a character is wrong or missing") || strings.Contains(page, "script>") {
			t.Errorf("%.20s as a page: %s", bad, page)
		}
		if status != 400 || !strings.Contains(body, "a character is wrong or missing") || strings.Contains(body, "script") {
			t.Errorf("%.20s: %d %s", bad, status, body)
		}
	}
}

// Who has a code, and no English, reads the page in another language.
func TestTheCodesPageSpeaksTheLanguagesOfTheProgram(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	a := c.author(t, "Radio Maisha")
	direct, mailed := a.Text("the answer"), a.Text("another")
	c.accept(t, direct)
	c.bundle(t, a, central.CarrierMail, batch.Carried{Record: mailed, Path: []batch.Stop{{Hub: identity.ID{7}, Time: 8}}})
	pages := c.Pages()
	ask := func(path, accepts string) (string, http.Header) {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept", "text/html")
		r.Header.Set("Accept-Language", accepts)
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, r)
		return w.Body.String(), w.Result().Header
	}
	code := mailed.ID.Code()
	for accepts, want := range map[string]string{"": "by e-mail", "en-GB": "by e-mail", "fr-CD,en;q=0.5": "par courriel", "ar": "بالبريد الإلكتروني", "hi": "ईमेल से",
		"am-ET": "በኢሜይል", "zh-CN": "通过电子邮件", "sw,fr;q=0.9": "par courriel", "xx": "by e-mail"} {
		page, h := ask("/r/"+code, accepts)
		if !strings.Contains(page, "<span>"+want+"</span>") || !strings.Contains(page, identity.ID{7}.Short()) || strings.Contains(page, "_page.") {
			t.Errorf("%q: want %q: %s", accepts, want, page)
		}
		if tag := h.Get("Content-Language"); !strings.Contains(page, `<html lang="`+tag+`"`) {
			t.Errorf("%q: it says that it is in %q: %s", accepts, tag, page)
		}
	}
	if page, _ := ask("/r/"+code+"?language=ar", "fr"); !strings.Contains(page, `lang="ar" dir="rtl">`) || !strings.Contains(page, "بالبريد") {
		t.Error("what was chosen counts:", page)
	}
	if page, _ := ask("/r/"+direct.ID.Code(), "zh"); !strings.Contains(page, "直接来自设备") {
		t.Error(page)
	}
	if page, _ := ask("/r/"+(batch.RecordID{9}).Code(), "am"); !strings.Contains(page, "እዚህ ገና አልደረሰም") {
		t.Error(page)
	}
	if page, _ := ask("/r/nonsense?language=fr", ""); !strings.Contains(page, "Ce n’est pas un code de reçu") {
		t.Error(page)
	}
}

func TestOtherPages(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	pages := c.Pages()
	if status, _, _ := get(pages, "GET", "/checkpoint", ""); status != 404 {
		t.Errorf("an empty log: %d", status)
	}
	c.author(t, "a")
	cp, _ := c.store.Checkpoint(t.Context())
	for name, tc := range map[string]struct {
		method, path string
		status       int
		body         string
	}{
		"checkpoint":   {"GET", "/checkpoint", 200, string(cp.Note(c.Log()))},
		"health":       {"GET", "/health", 200, "ok\n"},
		"unknown":      {"GET", "/desk", 404, ""},
		"no code":      {"GET", "/r/", 404, ""},
		"not for post": {"POST", "/checkpoint", 405, ""},
	} {
		status, body, _ := get(pages, tc.method, tc.path, "")
		if status != tc.status || tc.body != "" && body != tc.body {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

// Askers beyond the limit are told to come back, and the limit is given back
// when the slow ones are done.
func TestTooManyAskersAreToldToComeBack(t *testing.T) {
	gate := &gated{Memory: centraltest.NewMemory(), entered: make(chan struct{}), open: make(chan struct{})}
	c := newCentre(t, gate)
	pages := c.Pages()
	gate.on = true
	done := make(chan int)
	for range 64 {
		go func() {
			status, _, _ := get(pages, "GET", "/health", "")
			done <- status
		}()
		<-gate.entered
	}
	status, body, h := get(pages, "GET", "/health", "")
	if status != 503 || h.Get("Retry-After") == "" || !strings.Contains(body, "try again") {
		t.Errorf("the 65th: %d %s", status, body)
	}
	close(gate.open)
	for range 64 {
		if status := <-done; status != 200 {
			t.Errorf("a slow one: %d", status)
		}
	}
	gate.on = false
	if status, _, _ := get(pages, "GET", "/health", ""); status != 200 {
		t.Errorf("afterwards: %d", status)
	}
}

type gated struct {
	*centraltest.Memory
	on            bool
	entered, open chan struct{}
}

func (g *gated) Checkpoint(ctx context.Context) (batch.Checkpoint, error) {
	if g.on {
		g.entered <- struct{}{}
		<-g.open
	}
	return g.Memory.Checkpoint(ctx)
}

func TestAStoreInTroubleIsNotShownToThePublic(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	trouble := &unreadable{Store: c.store}
	c.store = trouble
	c.restart(t)
	trouble.now = true
	for _, path := range []string{"/health", "/checkpoint", "/r/" + (batch.RecordID{9}).Code()} {
		status, body, _ := get(c.Pages(), "GET", path, "")
		if status != 500 || strings.Contains(body, "secret path") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

type unreadable struct {
	central.Store
	now bool
}

func (u *unreadable) Checkpoint(ctx context.Context) (batch.Checkpoint, error) {
	if u.now {
		return batch.Checkpoint{}, errors.New("read /secret path/centre.db: input/output error")
	}
	return u.Store.Checkpoint(ctx)
}

func (u *unreadable) ByCode(ctx context.Context, code string) ([]central.Stored, error) {
	_, err := u.Checkpoint(ctx)
	return nil, err
}
