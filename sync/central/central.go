// Package central is the endpoint: it receives records, counts each once,
// hands out receipts, and gives the secretariat what came in.
//
// Two sides never meet in one object. [Server] is the public side: it takes
// records and serves receipts and holds no key that opens anything. [Desk] is
// the secretariat's side: it has keys and opens records. Both stand over one
// [Store]. [Init] makes the keys; docs/protocol/centre-keys.md has their files.
//
// Times are seconds since 1970 in UTC, lengths are bytes. Start at [New].
package central

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

// ErrNotFound means that the store does not hold what was asked for.
var ErrNotFound = errors.New("not found")

// ErrMoved means that another sequencer wrote to the log first.
var ErrMoved = errors.New("the log has grown meanwhile")

// ErrOtherLog means that a store holds the log of another centre, or that its
// log is damaged. Going on would sign what can't be proved.
var ErrOtherLog = errors.New("the log in this store does not fit the centre's keys")

// Options are what a Server is made of. Store, Centre and LogKey are needed.
type Options struct {
	Store  Store
	Centre identity.Centre
	LogKey ed25519.PrivateKey // the private half of Centre.LogKey
	Now    func() time.Time   // nil means time.Now
	Logger *slog.Logger       // nil means none
}

// A Server is the public side of a centre: an exchange.Inbox that gives every
// record it takes a place in the log before it says that it has it. It may be
// used from many goroutines and starts none.
type Server struct {
	store        Store
	centre       identity.Centre
	consultation batch.Consultation
	log          batch.Log
	key          ed25519.PrivateKey
	now          func() time.Time
	logger       *slog.Logger

	sequencer sync.Mutex
}

// New returns a Server after a look at the store's log: a log signed by another
// key, or one whose hashes don't give its checkpoint, is refused with
// ErrOtherLog.
func New(ctx context.Context, o Options) (*Server, error) {
	if err := o.Centre.Check(); err != nil {
		return nil, err
	}
	if len(o.LogKey) != ed25519.PrivateKeySize || !o.Centre.LogKey.Equal(o.LogKey.Public()) {
		return nil, fmt.Errorf("%w: the log key is not the one on the centre's card", ErrOtherLog)
	}
	s := &Server{store: o.Store, centre: o.Centre, consultation: batch.ConsultationOf(o.Centre.Consultation),
		log: batch.Log{Root: o.Centre.Root(), Key: o.Centre.LogKey}, key: o.LogKey, now: o.Now, logger: o.Logger}
	if s.now == nil {
		s.now = time.Now
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	if err := s.checkLog(ctx); err != nil {
		return nil, err
	}
	// What was stored when the last process ended before it could log it.
	if err := s.sequence(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) checkLog(ctx context.Context) error {
	c, err := s.store.Checkpoint(ctx)
	if err != nil || c.Size == 0 {
		return err
	}
	if _, err := (batch.Receipts{Checkpoint: c}).Check(s.log, batch.Checkpoint{}); err != nil {
		return fmt.Errorf("%w: %v", ErrOtherLog, err)
	}
	root, err := tlog.TreeHash(c.Size, s.hashes(ctx))
	if err != nil {
		return fmt.Errorf("%w: %v", ErrOtherLog, err)
	}
	if root != c.Hash {
		return fmt.Errorf("%w: its hashes do not give the checkpoint's", ErrOtherLog)
	}
	return nil
}

// Log names the centre's log, to check receipts with.
func (s *Server) Log() batch.Log { return s.log }

// Peer is how the centre presents itself in an exchange.
func (s *Server) Peer() exchange.Peer {
	return exchange.Peer{ID: s.centre.Root(), Role: batch.RoleCentre, Name: s.centre.Name}
}

// Serve answers one exchange on conn.
func (s *Server) Serve(ctx context.Context, conn exchange.Conn) (exchange.Report, error) {
	return s.serve(ctx, conn, s)
}

func (s *Server) serve(ctx context.Context, conn exchange.Conn, in exchange.Inbox) (exchange.Report, error) {
	return exchange.Serve(ctx, conn, in, exchange.Options{Self: s.Peer(), Clock: s.now, Logger: s.logger})
}

func (s *Server) time() int64 { return s.now().Unix() }
