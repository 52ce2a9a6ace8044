package central

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
)

// Handler is everything that the public listener serves: exchanges, and Pages.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(httpsync.Path, httpsync.Handler(func(ctx context.Context, c exchange.Conn) {
		// A run that breaks off is the daily bread of bad links.
		if r, err := s.Serve(ctx, c); err != nil {
			s.logger.DebugContext(ctx, "an exchange broke off", "peer", r.Peer.ID.Short(), "err", err)
		}
	}))
	mux.Handle("/", s.Pages())
	return mux
}

// arrival is what the desk's listener tells of a record without opening it.
type arrival struct {
	Code     string    `json:"code"`
	Kind     string    `json:"kind"`
	Received time.Time `json:"received"`
	Road     string    `json:"road"`
	Tries    int       `json:"tries"`
	Index    int64     `json:"log_index"`
	Revoked  time.Time `json:"device_revoked,omitzero"` // later, by the device's organisation
}

// Handler is what the desk's listener serves: GET /received.json, a JSON line
// for each submission in the order of arrival, with nothing of what it says.
// It asks for no login, so that listener must not be reachable from outside.
func (d *Desk) Handler() http.Handler {
	sealed := Desk{Store: d.Store} // whatever keys d has stay here
	mux := http.NewServeMux()
	mux.HandleFunc("GET /received.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson")
		w.Header().Set("Cache-Control", "no-store")
		lines := json.NewEncoder(w)
		for i, err := range sealed.List(r.Context()) {
			if err != nil {
				panic(http.ErrAbortHandler) // the status has gone: cutting the answer short is all that is left
			}
			a := arrival{Code: i.Code, Kind: i.Kind.String(), Received: i.Received, Road: i.Road, Tries: i.Tries, Index: i.Index}
			if i.ShutOut != nil {
				a.Revoked = i.ShutOut.When
			}
			if lines.Encode(a) != nil {
				return // the reader has gone
			}
		}
	})
	return mux
}
