package storage

import (
	"testing"
	"time"
)

func TestAPassphraseIsMadeToCostHalfASecondToOne(t *testing.T) {
	for name, c := range map[string]struct {
		perPass time.Duration // of 64 MiB
		base    cost
	}{
		"a fast laptop":    {20 * time.Millisecond, Laptop.limits().cost},
		"an old laptop":    {250 * time.Millisecond, Laptop.limits().cost},
		"a very old one":   {900 * time.Millisecond, Laptop.limits().cost},
		"a cheap phone":    {700 * time.Millisecond, Phone.limits().cost},
		"a clock at rest":  {0, Laptop.limits().cost},
		"an absurdly fast": {time.Microsecond, Phone.limits().cost},
	} {
		took := func(c2 cost) time.Duration {
			return c.perPass * time.Duration(c2.time) * time.Duration(c2.memory) / (64 << 10)
		}
		got := c.base.calibratedBy(took)
		if err := got.check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		within := took(got) >= 450*time.Millisecond && took(got) <= time.Second
		if !within && got.time != mostCost.time && got != leastOf(got) && c.perPass > 0 {
			t.Errorf("%s: t=%d, m=%d KiB takes %v", name, got.time, got.memory, took(got))
		}
	}
	if testing.Short() {
		return
	}
	begun := time.Now()
	c := Phone.limits().cost.calibrated()
	measured := time.Since(begun)
	begun = time.Now()
	c.derive([]byte("p"), make([]byte, saltSize))
	t.Logf("here t=%d, m=%d KiB takes %v; measuring took %v", c.time, c.memory, time.Since(begun), measured)
}

// leastOf is the floor with c's threads.
func leastOf(c cost) cost { return cost{leastCost.time, leastCost.memory, c.threads} }
