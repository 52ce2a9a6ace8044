package world

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/central"
)

// An Asked is a question of the secretariat about a submission, and what the
// device has acknowledged to have answered.
type Asked struct {
	Made
	ID        batch.ClarificationID
	Text      string
	Replies   []string
	Corrected bool
}

// Ask has the secretariat ask back about a submission. It does nothing and reports
// false when the submission isn't there yet.
func (w *World) Ask(ctx context.Context, about Made, text string) (bool, error) {
	entries, _, err := w.centre.entries(ctx)
	if err != nil || entries[about.Item].counted == 0 {
		return false, err
	}
	c, err := w.centre.Desk().Ask(ctx, entries[about.Item].ref, central.Asking{Text: text, From: "Amina", Language: "en", Now: time.Now()})
	if err != nil {
		return false, fmt.Errorf("ask about %s: %w", about.Item, err)
	}
	w.asked = append(w.asked, &Asked{Made: about, ID: c.ID(), Text: text})
	return true, nil
}

// Unanswered returns one of the questions that have come to the device and that it
// hasn't answered; nil: there is none.
func (d *Device) Unanswered(ctx context.Context) (*Asked, error) {
	all, err := d.Messages(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		for _, q := range d.w.asked {
			if m.ID == q.message() && q.Device == d && len(q.Replies) == 0 && !q.Corrected {
				return q, nil
			}
		}
	}
	return nil, nil
}

// message is the ID under which a device shows the question.
func (q *Asked) message() string { return fmt.Sprintf("%x", q.ID[:]) }

// Reply answers a question, and tells the world when that was acknowledged.
func (d *Device) Reply(ctx context.Context, q *Asked, text string) error {
	for range d.w.options.Broken.replies() {
		if _, err := d.Workspace.Reply(ctx, q.message(), text); err != nil {
			return fmt.Errorf("reply to %q: %w", q.Text, err)
		}
	}
	q.Replies = append(q.Replies, text)
	return nil
}

// A Talk says what must hold at the end of what was asked back, counted at both ends.
type Talk struct {
	Asked    int
	Arrived  int // questions that their device shows, once
	Answers  int // replies that devices have acknowledged
	Received int // of these, once at the desk, and with a receipt at the device
	Changed  int // questions that were answered by a correction which the device shows as an answer
	Wrong    []string
}

// Err is nil when every question arrived once and every answer, too, and nothing
// else is shown on either side.
func (t Talk) Err() error {
	if t.Arrived == t.Asked && t.Received == t.Answers && len(t.Wrong) == 0 {
		return nil
	}
	return fmt.Errorf("of %d questions %d arrived once, of %d answers %d were received once: %s",
		t.Asked, t.Arrived, t.Answers, t.Received, strings.Join(t.Wrong, "; "))
}

// Talked draws up the account of what was asked back.
func (w *World) Talked(ctx context.Context) (t Talk, err error) {
	t.Asked = len(w.asked)
	for _, d := range w.devices {
		if err := w.heard(ctx, d, &t); err != nil {
			return t, err
		}
	}
	entries, _, err := w.centre.entries(ctx)
	if err != nil {
		return t, err
	}
	for _, q := range w.asked {
		t.Answers += len(q.Replies)
		shown, err := w.centre.Desk().Show(ctx, entries[q.Item].ref)
		if err != nil {
			return t, err
		}
		var replies []string
		questions := 0
		for _, s := range shown.Thread {
			switch {
			case s.ID != q.ID:
			case s.Reply:
				replies = append(replies, s.Text)
			default:
				questions++
			}
		}
		if questions != 1 {
			t.Wrong = append(t.Wrong, fmt.Sprintf("%q stands %d times at the desk", q.Text, questions))
		}
		if slices.Sort(replies); !slices.Equal(replies, slices.Sorted(slices.Values(q.Replies))) {
			t.Wrong = append(t.Wrong, fmt.Sprintf("to %q was replied %q, and the desk reads %q", q.Text, q.Replies, replies))
		}
	}
	return t, nil
}

// heard compares the messages on a device with what was asked of it.
func (w *World) heard(ctx context.Context, d *Device, t *Talk) error {
	all, err := d.Messages(ctx)
	if err != nil {
		return err
	}
	shown := map[string]int{}
	for _, m := range all {
		shown[m.ID]++
		i := slices.IndexFunc(w.asked, func(q *Asked) bool { return q.message() == m.ID && q.Device == d })
		if i < 0 {
			t.Wrong = append(t.Wrong, fmt.Sprintf("%s shows %q, which nobody asked it", d.Name, m.Text))
			continue
		}
		q := w.asked[i]
		instance, _, _ := strings.Cut(q.Item, "/")
		switch {
		case m.Text != q.Text || !strings.HasPrefix(m.Item, instance+"/"):
			t.Wrong = append(t.Wrong, fmt.Sprintf("%s shows %q about %s instead of %q about %s", d.Name, m.Text, m.Item, q.Text, q.Item))
		case q.Corrected && m.Changed:
			t.Changed++
		case q.Corrected:
			t.Wrong = append(t.Wrong, fmt.Sprintf("%s doesn't show that %q was answered by a correction", d.Name, q.Text))
		}
		for _, r := range m.Replies {
			if r.Item.Delivery.State == storage.Received {
				t.Received++
			}
		}
	}
	for _, q := range w.asked {
		if q.Device == d && shown[q.message()] == 1 {
			t.Arrived++
		}
	}
	return nil
}
