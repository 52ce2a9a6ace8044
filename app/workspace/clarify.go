package workspace

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// MaxReply is how many characters a reply may have.
const MaxReply = batch.MaxQuestion

// question is what the secretariat asked back, as it is kept under its id.
type question struct {
	Question batch.Question
	Asked    int64    // by the centre's clock
	Taken    int64    // when it came here
	Read     int64    // when a person saw it; 0: not yet
	Draft    string   `cbor:",omitempty"` // of a reply
	Replies  []string `cbor:",omitempty"` // names of submissions
}

// A Message is a question of the secretariat about something that was sent from
// this device, with what was answered.
type Message struct {
	ID       string
	Text     string
	From     string
	Language string
	Asked    int64 // by the centre's clock
	Read     bool
	Title    string // of what it is about; may be empty
	Item     string // the name of its newest revision; "": it is not here any more
	Form     string // id of its form; "": a contribution
	About    string // path of the question of the form that is meant: "questions/q_a/a"; "": the whole
	Draft    string // of a reply
	Replies  []MessageReply
	// Changed says that what it is about was corrected or withdrawn since: that is
	// an answer, too.
	Changed  bool
	instance string
}

// A MessageReply is an answer that was given here.
type MessageReply struct {
	Text string
	Item Item // what became of it
}

// Answered reports whether nothing more is waited for.
func (m Message) Answered() bool { return m.Changed || len(m.Replies) > 0 }

// ErrNoMessage means that there is no message with this id.
var ErrNoMessage = errors.New("there is no such message")

// clarified keeps what is asked back of this device. What none of its keys opens
// was made by somebody who doesn't have them: it is dropped.
func (w *Workspace) clarified(tx *storage.Tx, c batch.Clarification) error {
	id := c.ID()
	table := w.tables.questions.In(tx)
	if _, err := table.Get(string(id[:])); err == nil || !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	epochs, err := w.epochs(tx, c.Epoch)
	if err != nil {
		return err
	}
	for _, e := range epochs {
		if q, err := c.Open(e); err == nil {
			return table.Put(string(id[:]), question{Question: q, Asked: c.Asked, Taken: w.clock().Unix()})
		}
	}
	w.log.Warn("a question was passed over", "reason", "none of this device's keys opens it")
	return nil
}

// epochs lists the keys that epoch number had, in any incarnation.
func (w *Workspace) epochs(tx *storage.Tx, number uint32) ([]identity.Epoch, error) {
	keys, err := collect(w.tables.epochs.In(tx), epochKey(number, 0)[:4])
	if err != nil {
		return nil, err
	}
	state, err := w.tables.sealing.In(tx).Get(keySealing)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return nil, err
	}
	if state.Number == number { // drawn by a program that kept the last one alone
		keys = append(keys, state.Key)
	}
	var all []identity.Epoch
	for _, k := range keys {
		all = append(all, identity.Epoch{Number: number, Key: k})
	}
	return all, nil
}

func epochKey(number uint32, incarnation uint64) string {
	return string(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(nil, number), incarnation))
}

// Messages lists what the secretariat asked, the newest first.
func (w *Workspace) Messages(ctx context.Context) ([]Message, error) {
	var all []Message
	for q, err := range w.tables.questions.All(ctx) {
		if err != nil {
			return nil, err
		}
		m, err := w.message(ctx, q.Key, q.Value)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	slices.SortStableFunc(all, func(a, b Message) int { return cmp.Compare(b.Asked, a.Asked) })
	return all, nil
}

// MessagesAbout lists the messages about one response or contribution, in any of its
// revisions, the oldest first. name is that of one of them.
func (w *Workspace) MessagesAbout(ctx context.Context, name string) ([]Message, error) {
	instance, _, _ := strings.Cut(name, "/")
	all, err := w.Messages(ctx)
	all = slices.DeleteFunc(all, func(m Message) bool { return m.instance != instance })
	slices.Reverse(all)
	return all, err
}

// Messages lists what was asked about the response that r corrects.
func (r *Response) Messages(ctx context.Context) ([]Message, error) {
	return r.w.MessagesAbout(ctx, submissionName(r.of, r.revision))
}

// Message returns one message.
func (w *Workspace) Message(ctx context.Context, id string) (Message, error) {
	key, q, err := w.question(ctx, id)
	if err != nil {
		return Message{}, err
	}
	return w.message(ctx, key, q)
}

// question finds what is kept under an id as [Message.ID] has it, or under one that
// begins with it and no other does.
func (w *Workspace) question(ctx context.Context, id string) (key string, q question, err error) {
	found := 0
	for item, err := range w.tables.questions.All(ctx) {
		if err != nil {
			return "", q, err
		}
		if id != "" && strings.HasPrefix(messageID(item.Key), strings.ToLower(id)) {
			key, q = item.Key, item.Value
			found++
		}
	}
	if found != 1 {
		return "", q, fmt.Errorf("%q: %w", id, ErrNoMessage)
	}
	return key, q, nil
}

func messageID(key string) string { return fmt.Sprintf("%x", key) }

func (w *Workspace) message(ctx context.Context, key string, q question) (Message, error) {
	m := Message{ID: messageID(key), Text: q.Question.Text, From: q.Question.From, Language: q.Question.Language, Asked: q.Asked,
		Read: q.Read != 0, About: q.Question.About, Draft: q.Draft, instance: q.Question.InstanceID}
	s, err := w.submission(ctx, submissionName(q.Question.InstanceID, q.Question.Revision))
	if err == nil {
		s, err = w.newest(ctx, s)
		m.Item, m.Form, m.Changed = s.name(), s.Content.FormID, s.Content.Revision > q.Question.Revision
		if !s.strangers() {
			m.Title = s.Content.Name
		}
	}
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return m, err
	}
	for _, name := range q.Replies {
		s, err := w.submission(ctx, name)
		if err != nil {
			return m, err
		}
		r, err := batch.DecodeReply(s.Content.Body)
		if err != nil {
			return m, err
		}
		item, err := w.describe(ctx, s)
		if err != nil {
			return m, err
		}
		m.Replies = append(m.Replies, MessageReply{r.Text, item})
	}
	return m, nil
}

// Unanswered counts the messages that wait for an answer.
func (w *Workspace) Unanswered(ctx context.Context) (n int, err error) {
	all, err := w.Messages(ctx)
	for _, m := range all {
		if !m.Answered() {
			n++
		}
	}
	return n, err
}

// change changes what is kept of a message.
func (w *Workspace) changeQuestion(ctx context.Context, id string, do func(*question)) error {
	key, _, err := w.question(ctx, id)
	if err != nil {
		return err
	}
	return w.store.Update(ctx, func(tx *storage.Tx) error {
		q, err := w.tables.questions.In(tx).Get(key)
		if err != nil {
			return err
		}
		do(&q)
		return w.tables.questions.In(tx).Put(key, q)
	})
}

// MarkRead notes that a person has seen a message.
func (w *Workspace) MarkRead(ctx context.Context, id string) error {
	return w.changeQuestion(ctx, id, func(q *question) {
		if q.Read == 0 {
			q.Read = w.clock().Unix()
		}
	})
}

// DraftReply has a reply that is being written on the disk when it returns.
func (w *Workspace) DraftReply(ctx context.Context, id, text string) error {
	return w.changeQuestion(ctx, id, func(q *question) { q.Draft = text })
}

// Reply answers a message. The reply is made ready like a response, and travels as
// a record of its own.
func (w *Workspace) Reply(ctx context.Context, id, text string) (Item, error) {
	key, q, err := w.question(ctx, id)
	if err != nil {
		return Item{}, err
	}
	drawn, err := uuid.NewRandomFromReader(w.rand)
	if err != nil {
		return Item{}, err
	}
	reply := batch.Reply{To: batch.ClarificationID([]byte(key)), About: q.Question.InstanceID, Text: strings.TrimSpace(text)}
	body := reply.Encode()
	if _, err := batch.DecodeReply(body); err != nil {
		return Item{}, err
	}
	now := w.clock().Unix()
	s := submission{Kind: batch.KindReply, Made: now, Content: batch.Content{InstanceID: "uuid:" + drawn.String(), Revision: 1, Ready: now, Body: body}}
	if about, err := w.submission(ctx, submissionName(q.Question.InstanceID, q.Question.Revision)); err == nil && !about.strangers() {
		s.Content.Name = about.Content.Name
	}
	err = w.freeze(ctx, s, func(tx *storage.Tx) error {
		q, err := w.tables.questions.In(tx).Get(key)
		if err != nil {
			return err
		}
		q.Draft, q.Replies = "", append(q.Replies, s.name())
		if q.Read == 0 {
			q.Read = now
		}
		return w.tables.questions.In(tx).Put(key, q)
	})
	if err != nil {
		return Item{}, err
	}
	return w.Item(ctx, s.name())
}
