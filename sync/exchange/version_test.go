package exchange_test

import (
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
)

// TestAnOlderServerIsSentWhatItReads: record frames without their headers are
// of version 2.
func TestAnOlderServerIsSentWhatItReads(t *testing.T) {
	for _, c := range []struct {
		newest uint
		short  bool
	}{{1, false}, {2, true}, {9, true}} {
		root := exchangetest.NewRoot(t)
		a := exchangetest.NewAuthor(t, root.Card, root.Token)
		for range 5 {
			a.Respond("words")
		}
		caller, server := exchangetest.Pipe()
		short, records := 0, 0
		served := make(chan error, 1)
		go func() {
			served <- func() error {
				say := func(f batch.Frame) { server.Write(f.Append(nil)) } // the caller sees what is missing
				say(batch.Frame{Type: batch.FrameHello, Hello: batch.Hello{Oldest: 1, Newest: c.newest, Role: batch.RoleCentre, ID: root.Card.Root()}})
				for in := batch.NewReader(server); ; {
					f, err := in.Next()
					if err != nil {
						return err
					}
					switch f.Type {
					case batch.FrameOffer:
						say(batch.Frame{Type: batch.FrameHave})
					case batch.FrameRecord:
						if records++; f.Next {
							short++
						}
						say(batch.Frame{Type: batch.FrameAck, Ack: uint64(records)})
					case batch.FrameBye:
						say(batch.Frame{Type: batch.FrameBye})
						return server.CloseWrite()
					}
				}
			}()
		}()
		sender := exchangetest.NewSender(a)
		if _, err := exchange.Run(t.Context(), caller, sender, exchange.Options{Self: sender.Self(), Centre: &root.Card}); err != nil {
			t.Fatal(err)
		}
		if err := <-served; err != nil {
			t.Fatal(err)
		}
		if records != 7 || (short > 0) != c.short {
			t.Errorf("a server of version %d got %d records, %d of them short", c.newest, records, short)
		}
	}
}
