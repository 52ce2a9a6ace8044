package hub_test

import (
	"context"
	"path/filepath"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/central/sqlstore"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/hub"
)

// The road with nothing on it but the real parts: mailboxes, hubs, the
// exchange, and a centre on SQLite.
func TestTheWholeRoadToARealCentreAndBack(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	store, err := sqlstore.Open(ctx, filepath.Join(dir, "centre.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	invite, err := central.Init(ctx, filepath.Join(dir, "keys"), central.InitOptions{Name: "Secretariat",
		Consultation: "road", Addresses: []string{"https://centre.example"}, Store: store})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := central.Load(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	centre, err := central.New(ctx, central.Options{Store: store, Centre: keys.Centre, LogKey: keys.LogKey})
	if err != nil {
		t.Fatal(err)
	}
	toCentre := func(ctx context.Context, c exchange.Conn) (exchange.Report, error) {
		return exchange.Serve(ctx, c, centre, exchange.Options{Self: exchange.Peer{ID: keys.Centre.Root(), Role: batch.RoleCentre, Name: "Secretariat"}})
	}

	root := exchangetest.Root{Card: keys.Centre, Log: keys.LogKey, Token: invite.Token}
	village, town := newStation(t, root, "village", hub.Quota{}), newStation(t, root, "town", hub.Quota{})
	for range 3 {
		d := newPerson(t, root)
		for range 5 {
			d.Respond("an answer")
		}
		d.Attach(2*batch.LeafSize + 3)
		d.visit(village.hub.Serve)
		village.up(town.hub.Serve)
		town.up(toCentre)
		village.up(town.hub.Serve)
		d.visit(village.hub.Serve)
		if got := d.received(root); got != len(d.Records) {
			t.Errorf("%d of %d receipts came back", got, len(d.Records))
		}
		d.Respond("straight to the centre")
		d.visit(toCentre)
		d.Respond("and through the village again")
		d.visit(village.hub.Serve)
		village.up(toCentre)
		d.visit(village.hub.Serve)
		if got := d.received(root); got != len(d.Records) {
			t.Errorf("after another road %d of %d receipts", got, len(d.Records))
		}
	}
}
