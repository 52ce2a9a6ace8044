package central

import (
	"context"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
)

// A Carrier is what brought a record to the centre's own door: over the last stretch,
// after whichever hubs. The centre saw it come, nobody had to tell it.
type Carrier string

// The carriers, as stores keep them.
const (
	CarrierUnknown Carrier = "" // taken by a program that did not write it down
	CarrierLink    Carrier = "link"
	CarrierStick   Carrier = "stick"
	CarrierMail    Carrier = "mail"
)

// The roads a record can take, as they are named in lists and answers. What came through
// hubs and then on a stick or by mail is named by that; the hubs stand beside it.
const (
	RoadDirect = "direct"
	RoadHub    = "hub"
	RoadStick  = "stick"
	RoadMail   = "mail"
)

func roadOf(path []batch.Stop, by Carrier) string {
	switch {
	case by == CarrierStick:
		return RoadStick
	case by == CarrierMail:
		return RoadMail
	case len(path) > 0:
		return RoadHub
	}
	return RoadDirect
}

func hubsOf(path []batch.Stop) []string {
	hubs := []string{}
	for _, stop := range path {
		hubs = append(hubs, stop.Hub.Short())
	}
	return hubs
}

// ServeBundle answers one exchange with a bundle that a carrier brought.
func (s *Server) ServeBundle(ctx context.Context, conn exchange.Conn, by Carrier) (exchange.Report, error) {
	return s.serve(ctx, conn, carried{s, by})
}

// carried is the server's inbox for what a carrier brings.
type carried struct {
	*Server
	by Carrier
}

func (c carried) Accept(ctx context.Context, from exchange.Peer, records []batch.Carried, _ map[batch.Chain]batch.Seq) ([]exchange.Outcome, error) {
	return c.take(ctx, from, records, c.by)
}
