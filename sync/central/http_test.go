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
	direct, relayed := a.Text("the answer"), a.Text("another answer")
	hub := batch.Stop{Hub: identity.ID{1, 2, 3}, Time: 7}
	c.accept(t, direct)
	if _, err := c.Accept(t.Context(), exchange.Peer{}, []batch.Carried{{Record: relayed, Path: []batch.Stop{hub}}}, nil); err != nil {
		t.Fatal(err)
	}
	c.accept(t, relayed) // and once more, by itself: the first road counts
	pages := c.Pages()

	status, body, h := get(pages, "GET", "/r/"+direct.ID.Code(), "*/*")
	if status != 200 || !strings.Contains(body, "received on 15 January 2027 at 08:00 UTC, straight from the device") {
		t.Errorf("%d %s", status, body)
	}
	if h.Get("Content-Security-Policy") == "" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Type"), "text/plain") {
		t.Errorf("headers %v", h)
	}
	status, body, h = get(pages, "GET", "/r/"+direct.ID.Code(), "text/html,*/*")
	if status != 200 || !strings.HasPrefix(h.Get("Content-Type"), "text/html") || !strings.Contains(body, "straight from the device") || !strings.Contains(body, "2027-01-15 08:00 UTC") ||
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
	unknown := batch.RecordID{9}.Code()
	if status, body, _ := get(pages, "GET", "/r/"+unknown, ""); status != 200 || !strings.Contains(body, "not received here yet") {
		t.Errorf("%d %s", status, body)
	}
	if status, body, _ := get(pages, "GET", "/r/"+unknown, "application/json"); status != 200 || !strings.Contains(body, `"received":false,"records":[]`) {
		t.Errorf("%d %s", status, body)
	}
}

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
