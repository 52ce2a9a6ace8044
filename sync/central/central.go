// Package central is the endpoint: it receives records, counts each once,
// hands out receipts, and gives the secretariat what came in. The public
// listener never holds a key that opens anything. Start at [Server].
package central

import "errors"

// ErrNotFound means that the store does not hold what was asked for.
var ErrNotFound = errors.New("not found")

// ErrMoved means that another sequencer wrote to the log first.
var ErrMoved = errors.New("the log has grown meanwhile")
