package storage

import "time"

// A guess should take this long on the device that the passphrase was set on.
const (
	guessAim  = 700 * time.Millisecond
	guessMost = time.Second
)

// calibrated is the cost at which one guess takes about [guessAim] here, never
// below the floor. Memory is what hurts who guesses with special hardware, so it is
// given up last.
func (c cost) calibrated() cost {
	return c.calibratedBy(func(c cost) time.Duration {
		begun := time.Now()
		c.derive([]byte("how long does it take?"), make([]byte, saltSize))
		return time.Since(begun)
	})
}

func (c cost) calibratedBy(measure func(c cost) time.Duration) cost {
	for {
		c.time = leastCost.time
		took := measure(c)
		if took <= 0 { // a clock that stands still
			c.time = 3
			return c
		}
		if took > guessMost && c.memory > leastCost.memory {
			c.memory = max(c.memory/2, leastCost.memory)
			continue
		}
		passes := uint32(guessAim * time.Duration(leastCost.time) / took)
		c.time = min(max(passes, leastCost.time), mostCost.time)
		return c
	}
}
