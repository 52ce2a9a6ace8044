package storage

import "time"

// A guess should take this long on the device that the passphrase was set on.
const (
	guessLeast = 500 * time.Millisecond
	guessAim   = 700 * time.Millisecond
	guessMost  = time.Second
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
	c.time = leastCost.time
	for tries := 0; ; tries++ {
		took := measure(c)
		switch {
		case took <= 0: // a clock that stands still
			c.time = 3
			return c
		case took >= guessLeast && took <= guessMost, tries == 4:
			return c
		case took > guessMost && c.time == leastCost.time:
			if c.memory == leastCost.memory {
				return c
			}
			c.memory = max(c.memory/2, leastCost.memory)
			continue
		}
		// The first time may be dearer than all others: memory has to come.
		passes := uint32(min(guessAim*time.Duration(c.time)/took, time.Duration(mostCost.time)))
		if passes = max(passes, leastCost.time); passes == c.time {
			return c
		}
		c.time = passes
	}
}
