package httpsync

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// errTurned ends a request that is not answered, when its run goes on in turns.
var errTurned = errors.New("the run goes on in turns")

const (
	// doubtAfter is longer than a slow link needs to answer, and far shorter
	// than an exchange is patient.
	doubtAfter = 12 * time.Second
	doubtTrips = 4 // where the round trip is known: so many and
	doubtSlack = 2 * time.Second
	doubtLook  = 100 * time.Millisecond
	maxKept    = 1 << 20 // bytes that are kept to be said again
)

// patience is how long no answer is nothing. The server answers as soon as it has
// the head of a request, so that is little more than a round trip; and where
// requests before got no answer, less.
func (s *called) patience() time.Duration {
	d := doubtAfter
	trip := time.Duration(s.client.greeting.Load())
	if trip == 0 {
		trip, _ = s.client.link.get()
	}
	if trip > 0 {
		d = min(d, doubtSlack+doubtTrips*trip)
	}
	return s.client.hurried(d)
}

// hurried makes a patience shorter when requests before got no answer either, for a
// run may be given up before it had that much.
func (c *Client) hurried(d time.Duration) time.Duration { return d >> min(max(c.mute.Load()-1, 0), 3) }

// doubt asks once more, with a request that has an end, when the first is not
// answered: many login pages wait for the end of a request, and ours has none. Where
// the server answers that one, and still not the first, a proxy on the way hands
// on nothing but whole requests: the run goes on in turns.
func (s *called) doubt(ctx context.Context, cancel context.CancelCauseFunc) {
	select {
	case <-s.asked:
	case <-s.answered:
		return
	}
	if !s.silent(ctx, s.patience) {
		return
	}
	begun := time.Now()
	answer, err := s.carrier.rest.R().SetContext(ctx).SetDoNotParseResponse(true).Get(s.client.address.URL + Path)
	if err != nil {
		return // the request itself will hear of it
	}
	answer.RawBody().Close()
	if answer.StatusCode() == http.StatusMethodNotAllowed {
		took := time.Since(begun)
		if s.silent(ctx, func() time.Duration { return s.client.hurried(max(doubtSlack, 2*took)) }) {
			s.turn(cancel)
		}
		return
	}
	if err = s.client.status(answer.RawResponse, ContentType); err == nil {
		err = s.client.portal("a page") // our server has nothing to say to this request
	}
	cancel(err)
}

// silent waits and reports whether the server has not spoken meanwhile, although
// it has all that was sent, as far as that is known. A head alone is no word: some
// hand that on and hold back what follows.
func (s *called) silent(ctx context.Context, patience func() time.Duration) bool {
	begun := time.Now()
	look := time.NewTicker(doubtLook)
	defer look.Stop()
	for {
		select {
		case <-s.spoken:
			return false
		case <-ctx.Done():
			return false
		case <-look.C:
		}
		select {
		case <-s.answered:
			if s.err != nil {
				return false
			}
			if !s.waits.Load() { // nobody listens to what it says
				begun = time.Now()
			}
		default:
		}
		if time.Since(begun) < patience() {
			continue
		}
		if p, known := s.Pulse(); !known || !p.Waiting || time.Since(begun) > 2*doubtAfter {
			return true
		}
	}
}

// turn goes on in turns with what was said so far.
func (s *called) turn(cancel context.CancelCauseFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.instead != nil {
		return
	}
	s.client.goInTurns()
	if len(s.kept) > maxKept {
		cancel(s.client.say(ErrBroken, nil, "A proxy on the way to %s holds back what is sent until it is whole. It will be sent in pieces; try again.", s.client.address.host()))
		return
	}
	t := s.client.openTurns(s.outer)
	if len(s.kept) > 0 {
		t.Write(s.kept)
		s.kept = nil
	}
	if s.closed {
		t.CloseWrite()
	}
	s.instead = t
	close(s.turned)
	s.body.CloseWithError(errTurned)
	cancel(errTurned)
}

func (s *called) turns() *turns {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.instead
}

// keep remembers what is written while the server has not spoken. It returns the
// turns that are to be written to instead.
func (s *called) keep(b []byte) *turns {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.instead != nil {
		return s.instead
	}
	select {
	case <-s.spoken:
	default:
		if len(s.kept) <= maxKept {
			s.kept = append(s.kept, b...)
		}
	}
	return nil
}

// noteMute counts requests that were given up although they should have been answered.
func (s *called) noteMute() {
	select {
	case <-s.spoken:
		return
	case <-s.turned:
		return
	case <-s.asked:
	default:
		return
	}
	select {
	case <-s.answered:
		if s.err == nil {
			s.client.mute.Add(1)
		}
	case <-s.greeted:
		s.client.mute.Add(1)
	default:
	}
}
