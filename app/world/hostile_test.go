package world

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"baraza.example/app/workspace"
)

// Hubs that drop, reorder, replay and alter what they carry: whatever is altered is
// noticed in the same contact, nothing is counted twice, and once they stop everything
// is received within ten contacts.
func TestAHostileHubIsNoticedAndLosesNothing(t *testing.T) {
	form := smallForm(t)
	n := worlds(t, 1000)
	var mu sync.Mutex
	var all Mischief
	t.Run("at once", func(t *testing.T) {
		for part := range runtime.NumCPU() {
			t.Run(fmt.Sprint("part ", part), func(t *testing.T) {
				t.Parallel()
				for seed := part; seed < n && !t.Failed(); seed += runtime.NumCPU() {
					synctest.Test(t, func(t *testing.T) {
						m := playHostile(t, form, uint64(seed), 0.01)
						mu.Lock()
						defer mu.Unlock()
						all.Dropped, all.Swapped, all.Replayed, all.Altered = all.Dropped+m.Dropped, all.Swapped+m.Swapped, all.Replayed+m.Replayed, all.Altered+m.Altered
					})
				}
			})
		}
	})
	t.Logf("%d worlds: %+v", n, all)
	if n >= 1000 && (all.Dropped == 0 || all.Swapped == 0 || all.Replayed == 0 || all.Altered == 0) {
		t.Errorf("the hubs did too little for a proof: %+v", all)
	}
}

// Every other record: the worst that a hub can do to what it carries.
func TestAHubThatSpoilsEveryOtherRecordIsNoticed(t *testing.T) {
	form := smallForm(t)
	var all Mischief
	for seed := range worlds(t, 60) {
		synctest.Test(t, func(t *testing.T) {
			m := playHostile(t, form, uint64(seed), 0.5)
			all.Altered += m.Altered
			all.Dropped += m.Dropped
		})
	}
	if all.Altered == 0 || all.Dropped == 0 {
		t.Errorf("the hubs did nothing: %+v", all)
	}
}

func playHostile(t *testing.T, form workspace.Form, seed uint64, share float64) Mischief {
	o := simulated(form, seed, Sound)
	o.Hostile = share
	p, err := newPlay(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.played(context.Background())
	if err == nil {
		err = p.unnoticed
	}
	if err != nil {
		t.Fatalf("seed %d, %+v: %v\n%s", seed, p.world.Mischief(), err, p.story())
	}
	return p.world.Mischief()
}
