// Package exchangetest is the contract of exchange.Outbox, exchange.Inbox and
// exchange.Transport as tests, and what such tests are made of: devices that
// have something to say ([Author], [Sender]), a centre and a hub in memory
// ([Keeper]), and connections that break where they are told ([Pipe], [Cut]).
//
// Every implementation calls its suite: [Transport], [Inbox] or [Outbox].
package exchangetest
