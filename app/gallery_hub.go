package app

import (
	"time"

	"baraza.example/app/station"
	"baraza.example/sync/exchange"
)

// sampleHub is a hub on a day on which something happens.
func (a *App) sampleHub() *hubbing {
	at := func(minutes int) time.Time { return a.clock().Add(-time.Duration(minutes) * time.Minute) }
	phone := station.Guest{ID: "7Q2MX4", Last: at(12), Visits: 2, Records: 3, Receipts: 1}
	next := station.Guest{ID: "K4D0BM", Name: "Radio Mwalo", Last: at(95), Visits: 1, Records: 14, Receipts: 9, Refused: 1}
	link := "http://192.168.8.1:8080/"
	return &hubbing{joined: true, on: true, found: true, print: "NB3J-R8YW-8C5A", links: []string{link}, code: newCode(link),
		roads: []string{"https://192.168.8.1:8445#pin=NB3JR8YW8C5A269WWQNFTSBXPRV0T4H1K2C3D4E5F6G7H8J9KMNP"},
		state: station.State{Name: "Ujirani Cooperative", Records: 3, Bytes: 7420, Used: 148_000, Quota: 8 << 30,
			Up:     station.Contact{Last: at(70), Tried: at(1), Err: exchange.ErrStalled},
			Guests: []station.Guest{phone, next},
			Events: []station.Event{
				{At: at(600), Kind: station.EventStarted},
				{At: at(95), Kind: station.EventVisit, Guest: next, Reason: "quota"},
				{At: at(70), Kind: station.EventOpen, Report: exchange.Report{Sent: 14, Receipts: 12, BytesUp: 31_200, BytesDown: 4_100}},
				{At: at(60), Kind: station.EventClosed, Err: exchange.ErrStalled},
				{At: at(12), Kind: station.EventVisit, Guest: phone, Broken: true},
			}}}
}
