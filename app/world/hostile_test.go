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
// refused in the same contact, nothing of it stands at the centre, nothing is counted
// twice, and once they stop everything is received within ten contacts.
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

// Every other record: the worst that a hub can do to what it carries. Each one that
// it altered is refused, as many as they are, and none is taken.
func TestAHubThatSpoilsEveryOtherRecordIsNoticed(t *testing.T) {
	form := smallForm(t)
	var all Mischief
	for seed := range worlds(t, 60) {
		synctest.Test(t, func(t *testing.T) {
			m := playHostile(t, form, uint64(seed), 0.5)
			all.Dropped, all.Swapped, all.Replayed, all.Altered = all.Dropped+m.Dropped, all.Swapped+m.Swapped, all.Replayed+m.Replayed, all.Altered+m.Altered
		})
	}
	t.Logf("%+v", all)
	if all.Dropped == 0 || all.Swapped == 0 || all.Replayed == 0 || all.Altered == 0 {
		t.Errorf("the hubs did too little for a proof: %+v", all)
	}
}

// A centre that looks at no signature fails both tests above: once by what was not
// refused in its contact, once by what it holds at the end.
func TestACentreThatLooksAtNoSignatureIsCaught(t *testing.T) {
	onlyWhole(t)
	form := smallForm(t)
	for _, share := range []float64{0.01, 0.5} {
		t.Run(fmt.Sprint(share), func(t *testing.T) {
			unrefused, forged := 0, 0
			for seed := range 400 {
				synctest.Test(t, func(t *testing.T) {
					o := simulated(form, uint64(seed), TakesUnsigned)
					o.Hostile = share
					p, err := newPlay(context.Background(), o)
					if err != nil {
						t.Fatal(err)
					}
					a, _ := p.played(context.Background())
					if p.unnoticed != nil {
						unrefused++
					}
					if a.Forged > 0 {
						forged++
					}
				})
				if unrefused > 0 && forged > 0 {
					t.Logf("%d worlds: %d with something not refused, %d with something false at the centre", seed+1, unrefused, forged)
					return
				}
			}
			t.Errorf("four hundred worlds of it look sound: %d with something not refused, %d with something false at the centre", unrefused, forged)
		})
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
