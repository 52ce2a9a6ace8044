package central

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"baraza.example/forms"
	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// ExportOptions say what goes into a table.
type ExportOptions struct {
	Kind         batch.Kind // KindResponse (also when zero) or KindContribution
	WithContacts bool       // also who to reach and how: for the secretariat's own use
}

// byteOrderMark makes Excel read the file as UTF-8.
const byteOrderMark = "\ufeff"

// leading are the columns before the answers. The publication level stands on
// every row: whoever cuts a row out of the table takes it along.
var leading = []string{"code", "publication", "state", "record", "instance", "revision", "form", "version", "language",
	"organisation", "device", "device_revoked", "device_revoked_by", "ready", "received", "road", "hubs", "tries", "log_index"}

// ExportCSV writes a table: one row for each response or contribution, in its
// newest revision. What can't be opened, or says other things than a record that
// passes for the same, has a row too, and its state says so.
func (d *Desk) ExportCSV(ctx context.Context, w io.Writer, o ExportOptions) error {
	if o.Kind == 0 {
		o.Kind = batch.KindResponse
	}
	x := &export{ExportOptions: o, opener: d.opener(), newest: newestOf{}}
	var defs []*forms.Definition
	if o.Kind == batch.KindResponse {
		defs = d.Forms
	}
	x.columns = newColumns(defs)
	// The first walk finds revisions and columns, the second writes. The second
	// ends where the first did: what came in between has no column yet.
	if err := x.survey(ctx, d); err != nil {
		return err
	}
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	table := csv.NewWriter(w)
	if err := x.write(ctx, d, table); err != nil {
		return err
	}
	table.Flush()
	if err := table.Error(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// A response is what revisions are of. The organisation is part of it: nobody
// else can put a revision in the place of theirs.
type response struct {
	organisation identity.ID
	instance     string
}

type export struct {
	ExportOptions
	opener  *opener
	columns *columns
	entries int
	newest  newestOf
}

// mine reports whether e belongs into this table. What a newer version sent as
// another kind stands with the responses; what is said about a submission has no
// row unless it can't be read.
func (x *export) mine(e entry) bool {
	if e.reply != nil || e.withdrawal != nil {
		return e.Problem != nil && x.Kind == batch.KindResponse
	}
	return e.Kind == x.Kind || x.Kind == batch.KindResponse && !e.Kind.Submission()
}

func (x *export) survey(ctx context.Context, d *Desk) error {
	met, seen := []forms.Ref{}, map[forms.Ref]bool{}
	for e, err := range d.entries(ctx, x.opener) {
		if err != nil {
			return err
		}
		x.entries++
		if !x.mine(e) || e.InstanceID == "" || !e.Counted() {
			continue
		}
		x.newest.meet(e.Item)
		for ref := range answersOf(e) {
			switch {
			case seen[ref]:
			case len(seen) >= maxColumns:
				x.columns.overflow = true
			default:
				met, seen[ref] = append(met, ref), true
				x.columns.meet(ref)
			}
		}
	}
	for _, ref := range met {
		x.columns.add(rootless(ref))
	}
	return nil
}

func (x *export) write(ctx context.Context, d *Desk, table *csv.Writer) error {
	paths := x.columns.paths(x.shown)
	if x.columns.overflow {
		paths = append(paths, restColumn)
	}
	if err := writeRow(table, append(leading[:len(leading):len(leading)], paths...)); err != nil {
		return err
	}
	n := 0
	for e, err := range d.entries(ctx, x.opener) {
		if err != nil {
			return err
		}
		if n++; n > x.entries {
			return nil
		}
		state, ok := x.state(e)
		if !ok {
			continue
		}
		row := leadingCells(e, state)
		values := map[string]string{}
		for ref, value := range answersOf(e) {
			path := x.columns.place(rootless(ref)).path
			if _, ok := x.columns.known[path]; ok {
				values[path] = value
			} else if x.shown(path) {
				values[restColumn] += path + ": " + value + "\n"
			}
		}
		for _, path := range paths {
			row = append(row, values[path])
		}
		if err := writeRow(table, row); err != nil {
			return err
		}
	}
	return nil
}

func (x *export) shown(path string) bool { return x.WithContacts || !contact(path) }

// state says how a row stands, and whether e has one.
func (x *export) state(e entry) (string, bool) {
	switch {
	case !x.mine(e):
		return "", false
	case e.Problem != nil:
		return "not readable: " + e.Problem.Error(), true
	case e.Differs:
		return "differs from " + e.DuplicateOf.Code() + ", which passes for the same", true
	case !e.Counted() || x.newest[response{e.organisation, e.InstanceID}].Ref() != e.Ref():
		return "", false
	case e.Withdrawn:
		return "withdrawn", true
	}
	return "ok", true
}

func leadingCells(e entry, state string) []string {
	ready := ""
	if !e.Ready.IsZero() {
		ready = e.Ready.Format(time.RFC3339)
	}
	revoked, by := "", ""
	if s := e.ShutOut; s != nil {
		revoked, by = s.When.Format(time.RFC3339), cmp.Or(s.Device, s.By.Short())
	}
	return []string{e.Code, e.Publication, state, e.ID.String(), e.InstanceID, strconv.FormatUint(uint64(e.Revision), 10), e.FormID, e.Version, e.Language,
		e.Organisation, e.Device, revoked, by, ready, e.Received.Format(time.RFC3339), e.Road, strings.Join(hubsOf(e.Path), " "),
		strconv.Itoa(e.Tries), strconv.FormatInt(e.Index, 10)}
}

// answersOf yields what the author wrote, by ref.
func answersOf(e entry) func(yield func(forms.Ref, string) bool) {
	return func(yield func(forms.Ref, string) bool) {
		switch {
		case e.response != nil:
			for _, a := range e.response.Answers {
				if !yield(a.Ref, a.Value) {
					return
				}
			}
		case e.contribution != nil:
			c := e.contribution
			var text strings.Builder
			for i, p := range c.Paragraphs {
				if i > 0 {
					text.WriteString("\n\n")
				}
				fmt.Fprintf(&text, "%d. %s", p.Number, p.Text)
			}
			_ = yield("/c/title", c.Title) && yield("/c/on_behalf", c.OnBehalf) && yield("/c/text", text.String())
		}
	}
}

func writeRow(table *csv.Writer, cells []string) error {
	for i := range cells {
		cells[i] = harmless(cells[i])
	}
	if err := table.Write(cells); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// harmless keeps a spreadsheet from running what somebody wrote as a formula
// (https://owasp.org/www-community/attacks/CSV_Injection): such a cell gets a
// leading apostrophe, which says "this is text".
func harmless(cell string) string {
	text := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\ufeff' })
	if strings.ContainsAny(firstRune(text), "=+-@＝＋－＠") || strings.HasPrefix(cell, "\t") || strings.HasPrefix(cell, "\r") {
		return "'" + cell
	}
	return cell
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
