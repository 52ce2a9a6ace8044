package station

import (
	"context"
	"math/rand/v2"
	"time"

	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
)

// Try has the way up tried at once.
func (s *Station) Try() {
	select {
	case s.wake <- struct{}{}:
	default: // it was asked for already
	}
}

// forward tries the way up again and again, until ctx ends.
func (s *Station) forward(ctx context.Context) {
	schedule := exchange.Schedule{First: min(s.o.Every, 2*time.Second), Longest: s.o.Every}
	failures := 0
	for {
		report, err := s.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if s.board.went(report, err); err != nil {
			failures++
			s.o.Logger.Warn("the way up is closed", "err", err)
		} else {
			failures = 0
			s.o.Logger.Info("met the centre", "sent", report.Sent, "receipts", report.Receipts)
		}
		pause := s.o.Every
		if failures > 0 {
			pause = schedule.Pause(failures, report.Retry, rand.Float64())
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-time.After(pause):
		}
	}
}

// once brings on what waits over the first road that answers.
func (s *Station) once(ctx context.Context) (report exchange.Report, err error) {
	roads := s.o.Roads
	if len(roads) == 0 {
		if roads, err = s.o.Work.Roads(ctx); err != nil {
			return report, err
		}
	}
	for _, road := range roads {
		var way *httpsync.Client
		if way, err = s.o.Work.Way(ctx, road); err != nil {
			continue
		}
		report, err = s.o.Work.Forward(ctx, s.hub, way)
		if err == nil || ctx.Err() != nil {
			return report, err
		}
	}
	return report, err
}
