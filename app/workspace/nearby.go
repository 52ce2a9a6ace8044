package workspace

import (
	"context"
	"image"
	"image/color"
	"slices"
	"time"

	"baraza.example/sync/discovery"
	"rsc.io/qr"
)

// A Near is a hub that answered on the local network. What it says of itself is a
// claim, but for its key: whoever has compared Fingerprint with the hub's screen
// knows that it is the one.
type Near struct {
	Name        string
	Fingerprint string
	Address     string // with the pin of its key
	Pin         string
	Trusted     bool // it was compared before
	itself      bool // it answered from this address
}

// LookFor is how long Nearby looks.
const LookFor = 3 * time.Second

// Nearby lists the hubs that answer on the local network, trusted ones first. A hub
// may stand there several times, once for each of its addresses.
func (w *Workspace) Nearby(ctx context.Context) ([]Near, error) {
	chosen, err := w.Settings(ctx)
	if err != nil {
		return nil, err
	}
	looking, cancel := context.WithTimeout(ctx, LookFor)
	defer cancel()
	found, err := discovery.Browse(looking, discovery.Options{Known: chosen.Trusted, Logger: w.log})
	if err != nil {
		return nil, err
	}
	var all []Near
	for _, f := range found {
		all = append(all, Near{f.Name, f.Fingerprint(), f.Address(), f.Pin, slices.Contains(chosen.Trusted, f.Pin), f.Itself})
	}
	slices.SortStableFunc(all, func(x, y Near) int {
		switch {
		case x.Trusted != y.Trusted:
			return before(x.Trusted)
		case x.itself != y.itself:
			return before(x.itself)
		}
		return 0
	})
	return all, nil
}

// before says that who is so comes first.
func before(so bool) int {
	if so {
		return -1
	}
	return 1
}

// Trust remembers a hub whose fingerprint a person has compared. From then on it
// is taken wherever it is found.
func (w *Workspace) Trust(ctx context.Context, pin string) (Settings, error) {
	return w.Change(ctx, func(s *Settings) {
		if !slices.Contains(s.Trusted, pin) {
			s.Trusted = append(slices.Clone(s.Trusted), pin)
		}
	})
}

// QR draws a text as a QR code with its quiet zone, a pixel for each module.
func QR(text string) (image.Image, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, err
	}
	const quiet = 4
	out := image.NewPaletted(image.Rect(0, 0, code.Size+2*quiet, code.Size+2*quiet), color.Palette{color.White, color.Black})
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				out.SetColorIndex(x+quiet, y+quiet, 1)
			}
		}
	}
	return out, nil
}
