package exchange

import (
	"context"
	"fmt"

	"baraza.example/sync/batch"
)

// clarify hands down what the secretariat asks back. It is asked for once in a run.
func (s *server) clarify(ctx context.Context, fs []batch.Frame) error {
	if s.told || len(fs) > 1 {
		return &ProtocolError{"one ask in a run"}
	}
	s.told = true
	ask := fs[0].Ask
	ask.Named = s.named
	c, keeps := s.in.(Clarifier)
	if !keeps {
		return nil
	}
	all, err := c.Clarifications(ctx, s.report.Peer, ask, batch.MaxClarifications)
	if err != nil {
		return fmt.Errorf("list what is asked back: %w", err)
	}
	if len(all) > batch.MaxClarifications {
		all = all[:batch.MaxClarifications]
	}
	for _, f := range batch.Answers(ask, all) {
		s.say(f)
		s.send()
	}
	return nil
}

// takeNamed notes of which devices the ask is, too.
func (s *server) takeNamed(fs []batch.Frame) error {
	if s.told || s.named != nil || len(fs) > 1 {
		return &ProtocolError{"devices are named once in a run, before the ask"}
	}
	s.named = fs[0].Ask.Named
	return nil
}

// wonder readies the ask for the peer that was met.
func (c *caller) wonder(ctx context.Context) error {
	taker, takes := c.out.(ClarificationTaker)
	if !takes {
		return nil
	}
	ask, err := taker.Ask(ctx, c.report.Peer)
	if err != nil {
		return fmt.Errorf("look up what was asked back: %w", err)
	}
	c.question = ask
	return nil
}

func (c *caller) takeClarifications(ctx context.Context, said batch.Clarified) error {
	taker, takes := c.out.(ClarificationTaker)
	if !takes || !c.asked {
		return &ProtocolError{"what is asked back comes when it was asked for"}
	}
	if c.questions += len(said.List); c.questions > batch.MaxClarifications {
		return &ProtocolError{fmt.Sprintf("at most %d questions", batch.MaxClarifications)}
	}
	if err := taker.TakeClarifications(ctx, c.report.Peer, said); err != nil {
		return fmt.Errorf("keep what is asked back: %w", err)
	}
	return nil
}
