package session

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"
)

// AuditFile is the name of the log among the attachments of a submission.
const AuditFile = "audit.csv"

// places is what a form asks to be logged of where somebody was: all three
// attributes, or nothing is logged.
type places struct {
	priority string        // odk:location-priority; how much power may be spent
	interval time.Duration // odk:location-min-interval
	age      time.Duration // odk:location-max-age
	given    int

	asked time.Time // when the device was asked last
	last  string    // a geopoint, the most accurate of those that are not too old
	when  time.Time // it was true
}

func (p *places) set(name, value string) {
	seconds, err := strconv.Atoi(value)
	lasts := time.Duration(seconds) * time.Second
	switch {
	case name == "location-priority":
		p.priority = value
	case name == "location-min-interval" && err == nil && seconds >= 0:
		p.interval = lasts
	case name == "location-max-age" && err == nil && seconds >= 0:
		p.age = lasts
	default:
		return
	}
	p.given++
}

func (p *places) wanted() bool { return p.given == 3 }

// place is where the device is, for an event that happens now, or "". The device
// is asked at most once in location-min-interval, and what it said counts for
// location-max-age.
func (s *Session) place() string {
	p := &s.audit.places
	if !p.wanted() || s.opts.Locate == nil {
		return ""
	}
	now := s.at()
	if p.asked.IsZero() || now.Sub(p.asked) >= p.interval {
		p.asked = now
		fresh := strings.Join(strings.Fields(s.opts.Locate()), " ")
		if fresh != "" && (p.last == "" || now.Sub(p.when) > p.age || accuracy(fresh) <= accuracy(p.last)) {
			p.last, p.when = fresh, now
		}
	}
	if p.last == "" || now.Sub(p.when) > p.age {
		return ""
	}
	return p.last
}

// accuracy of a geopoint in metres, the last of its four numbers; large where it
// doesn't say.
func accuracy(point string) float64 {
	const unknown = 1e9
	numbers := strings.Fields(point)
	if len(numbers) < 4 {
		return unknown
	}
	v, err := strconv.ParseFloat(numbers[3], 64)
	if err != nil {
		return unknown
	}
	return v
}

// tracking logs, at the beginning of a visit, what this device can't do: that it
// records nothing, and whether it has a way to tell where it is.
func (s *Session) tracking() {
	if s.audit == nil {
		return
	}
	if s.audit.unheard {
		s.logged(eventNoAudio, "")
	}
	if !s.audit.places.wanted() {
		return
	}
	s.logged(eventTracking, "")
	if s.opts.Locate == nil {
		s.logged(eventNoProviders, "")
	}
}

// unheard notes that the form asked for a recording (odk:recordaudio) and there
// is none.
func (s *Session) unheard() {
	if s.audit != nil {
		s.audit.unheard = !s.begun
		s.logged(eventNoAudio, "")
	}
}

// file is the log as ODK's clients write it: times in milliseconds since 1970,
// columns only for what the form asks for.
func (a *auditor) file() []byte {
	head := []string{"event", "node", "start", "end"}
	if a.places.wanted() {
		head = append(head, "latitude", "longitude", "accuracy")
	}
	if a.changes {
		head = append(head, "old-value", "new-value")
	}
	if a.who {
		head = append(head, "user")
	}
	if a.reasons {
		head = append(head, "change-reason")
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{head}
	for _, e := range a.events {
		row := []string{e.Event, string(e.Node), millis(e.Start), millis(e.End)}
		if a.places.wanted() {
			point := append(strings.Fields(e.Place), "", "", "", "")
			row = append(row, point[0], point[1], point[3])
		}
		if a.changes {
			row = append(row, e.Old, e.New)
		}
		if a.who {
			row = append(row, e.User)
		}
		if a.reasons {
			row = append(row, e.Reason)
		}
		rows = append(rows, row)
	}
	_ = w.WriteAll(rows) // a buffer takes everything
	return b.Bytes()
}

func millis(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}
