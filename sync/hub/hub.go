// Package hub relays records it cannot read. It takes custody, countersigns
// it, forwards when its uplink is there and hands receipts back. Only the
// centre's receipt means "received". Start at [Hub].
package hub
