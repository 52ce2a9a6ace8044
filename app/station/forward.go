package station

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"baraza.example/sync/exchange"
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
	failures, byHand, closed := 0, false, ""
	for {
		report, err := s.once(ctx, byHand)
		if ctx.Err() != nil {
			return
		}
		if s.board.went(report, err); err != nil {
			failures++
			// Where there is no link for a week, the same is not said ten thousand times.
			level := slog.LevelWarn
			if err.Error() == closed {
				level = slog.LevelDebug
			}
			closed = err.Error()
			s.o.Logger.Log(ctx, level, "the way up is closed", "err", err)
		} else {
			failures, closed = 0, ""
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
			byHand = true
		case <-time.After(pause):
			byHand = false
		}
	}
}

// once brings on what waits over the first road that answers.
func (s *Station) once(ctx context.Context, byHand bool) (report exchange.Report, err error) {
	roads := s.o.Roads
	if len(roads) == 0 {
		if roads, err = s.o.Work.Roads(ctx); err != nil {
			return report, err
		}
	}
	return s.o.Work.Relay(ctx, s.hub, roads, byHand)
}
