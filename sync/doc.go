// Package sync is the map of the protocol; it declares nothing.
//
// # Parties
//
// A device has something to say. A hub carries it on and can't read it. A centre
// receives it, and its receipt alone means "received". All have Ed25519 keys
// (package identity); a device knows its centre by the hash of a root key in an
// invite.
//
// # Units
//
// A record is one sealed and signed envelope, one leaf of the centre's log and
// one receipt. A device's records stand in chains: four gapless lanes (control,
// text, previews, attachments) for each incarnation of its store. An attachment
// is a record with a signed list, and leaves of 8 KiB beside it. A batch is
// whatever frames travel together (package batch).
//
// # A run
//
// An exchange is one run between a caller and a server (package exchange):
//
//	caller                          server
//	hello, offers ────────────────► hello, centre's card, wants, have entries
//	records, lane by lane ────────► refusals, wants, acknowledgements
//	leaves that are wanted ───────► acknowledgements
//	bye ──────────────────────────► receipts, custody, bye
//
// Both streams run at once. The server makes durable what arrived and then
// acknowledges it; the caller keeps on the way what the link carries and no
// more. A cut costs what was on the way, and the next run begins where the
// peer's have entries end.
//
// What the centre published comes down on the same answer, when a caller gets it:
// a list of signed publications, and leaves of what they are about.
//
// # What holds
//
//   - Acknowledged means durable: nothing acknowledged is sent again or lost.
//   - The same record twice is held once and gives the same receipt.
//   - Order within a chain is kept: a gap is refused, and a second record at
//     the same place is a fork, which shows a cloned or set back device.
//   - A device keeps a record until it holds the centre's receipt, with a proof
//     it checked. A hub's custody is a promise, and is shown as one.
//   - A run ends in bounded time and memory, whatever the other side does.
//
// # Where it lives
//
//	prose       texts made short before sealing        docs/protocol/prose.md
//	identity    who signed, for whom it is sealed      docs/protocol/identity.md, envelope.md, epoch.md
//	batch       records, receipts, leaves, frames      docs/protocol/record.md, receipt.md, batch.md
//	exchange    one run, from both sides               docs/protocol/exchange.md
//	httpsync    carried by a streaming POST            docs/protocol/http.md
//	hub         keeps sealed records and forwards      Inbox below, Outbox above
//	central     receives, logs, gives receipts         Inbox
//	catalogue   what the centre publishes              docs/protocol/catalogue.md
//	linksim     bad networks, for tests
//	canon       the one CBOR dialect
//
// What a device keeps is package storage, which knows nothing of exchanges:
// it fits exchange.Outbox and hub.Custody. Whoever has another store or carrier
// makes it pass the suites of exchange/exchangetest.
package sync
