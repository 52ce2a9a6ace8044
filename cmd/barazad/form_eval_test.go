package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"baraza.example/forms/recorded"
)

// askEval runs "form eval" over requests and returns its replies by id.
func askEval(t *testing.T, args []string, requests []map[string]any) map[string]evalReply {
	t.Helper()
	var in, out bytes.Buffer
	for _, r := range requests {
		if err := printJSON(&in, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := form(context.Background(), args, streams{&in, &out, &out}); err != nil {
		t.Fatal(err)
	}
	replies := map[string]evalReply{}
	for line := range bytes.Lines(out.Bytes()) {
		var r evalReply
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		id, err := strconv.Unquote(string(r.ID))
		if err != nil {
			t.Fatalf("id %s is not the one that was given", r.ID)
		}
		replies[id] = r
	}
	if len(replies) != len(requests) {
		t.Fatalf("%d replies to %d requests", len(replies), len(requests))
	}
	return replies
}

// sameResult compares a value with a recorded one; numbers to 1e-9.
func sameResult(got, want any) bool {
	g, isNumber := got.(float64)
	w, alsoNumber := want.(float64)
	if isNumber && alsoNumber {
		return math.Abs(g-w) < 1e-9
	}
	return fmt.Sprint(got) == fmt.Sprint(want)
}

func TestRecordedExpressionsThroughTheCommand(t *testing.T) {
	known := recorded.Departures(t, "agr", "wf")
	score := func(t *testing.T, name string, requests []map[string]any, want map[string]any) {
		replies := askEval(t, []string{"--tz", "America/Phoenix", "eval", "--json"}, requests)
		passed, departures := 0, 0
		for id, r := range replies {
			switch {
			case r.Error == "" && sameResult(r.Value, want[id]):
				passed++
			case known[id]:
				departures++
			default:
				t.Errorf("%s: got %v %s, want %v", id, r.Value, r.Error, want[id])
			}
		}
		t.Logf("%s: %d passed, %d known departures, %d failed", name, passed, departures, len(replies)-passed-departures)
		if passed == 0 {
			t.Error("nothing was counted")
		}
	}
	t.Run("agreed", func(t *testing.T) {
		var file struct {
			Cases []struct {
				ID, Expr, Want string
				Value          any
			}
		}
		recorded.Read(t, "xpath_agreed.json", &file)
		var requests []map[string]any
		want := map[string]any{}
		for _, c := range file.Cases {
			requests = append(requests, map[string]any{"id": c.ID, "expr": c.Expr, "want": c.Want})
			want[c.ID] = c.Value
		}
		score(t, "xpath_agreed", requests, want)
	})
	t.Run("webforms", func(t *testing.T) {
		var file struct {
			Docs  []string
			Cases []struct {
				ID, Expr, Want, Context, Root, Test string
				Doc                                 int
				Result                              struct {
					Value any
					Nodes []any
				}
				Nondeterministic bool
				CustomNS         bool `json:"custom_ns"`
			}
		}
		recorded.Read(t, "xpath_webforms.json", &file)
		inLanguage := regexp.MustCompile(`in language '(\w+)'`)
		var requests []map[string]any
		want := map[string]any{}
		for _, c := range file.Cases {
			if c.Nondeterministic || c.CustomNS || strings.Contains(c.Expr, "namespace::") || strings.Contains(c.Test, "randomizes") {
				continue
			}
			r := map[string]any{"id": c.ID, "expr": c.Expr, "want": c.Want, "doc": file.Docs[c.Doc], "context": c.Context}
			if c.Root != "" {
				r["root"] = c.Root
			}
			if m := inLanguage.FindStringSubmatch(c.Test); m != nil {
				r["language"] = m[1]
			}
			requests = append(requests, r)
			if want[c.ID] = c.Result.Value; c.Result.Nodes != nil {
				want[c.ID] = c.Result.Nodes
			}
		}
		score(t, "xpath_webforms", requests, want)
	})
}
