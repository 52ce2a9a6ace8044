package sqlstore_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/identity"
)

// The file was written by the program before carriers were written down; it is never made
// anew. It has a response that came straight and once more through a hub, and one that
// came the other way round.
func TestAFileOfAnEarlierProgramOpensAndKeepsWhatItSays(t *testing.T) {
	old, err := os.ReadFile(filepath.Join("testdata", "version5.db"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "centre.db")
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	hub := []batch.Stop{{Hub: identity.ID{1, 2, 3}, Time: 7}}
	const at = 1_800_000_000
	for _, when := range []string{"brought up to date", "opened again"} {
		s := open(t, path)
		for code, want := range map[string][]central.Road{
			"TNXZ5-A4BS7": {{Time: at}, {Path: hub, Time: at}},
			"KRFE1-RZXNF": {{Path: hub, Time: at}, {Time: at}},
		} {
			found, err := s.ByCode(t.Context(), code)
			if err != nil || len(found) != 1 {
				t.Fatalf("%s: %s: %d, %v", when, code, len(found), err)
			}
			if diff := cmp.Diff(want, found[0].Roads); diff != "" || found[0].Carrier != central.CarrierUnknown || found[0].Tries != 2 || found[0].Index < 0 {
				t.Errorf("%s: %s: %+v %s", when, code, found[0], diff)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}

	// What comes from now on has its carrier, also of records that are old.
	s := open(t, path)
	defer s.Close()
	a := centraltest.NewAuthor(t, "c", "a")
	r := centraltest.Take(t, a.Text("new"), at+1)
	r.Carrier = central.CarrierMail
	found, err := s.ByCode(t.Context(), "TNXZ5-A4BS7")
	if err != nil {
		t.Fatal(err)
	}
	again := central.Received{Carried: batch.Carried{Record: found[0].Record}, Carrier: central.CarrierStick, Time: at + 2}
	if _, err := s.Put(t.Context(), []central.Received{r, again}); err != nil {
		t.Fatal(err)
	}
	if now, err := s.Record(t.Context(), r.ID); err != nil || now.Carrier != central.CarrierMail || now.Roads[0].Carrier != central.CarrierMail {
		t.Errorf("a new record: %+v, %v", now, err)
	}
	if now, err := s.Record(t.Context(), again.ID); err != nil || now.Carrier != central.CarrierUnknown || len(now.Roads) != 3 || now.Roads[2].Carrier != central.CarrierStick {
		t.Errorf("an old record that came again: %+v, %v", now, err)
	}
}
