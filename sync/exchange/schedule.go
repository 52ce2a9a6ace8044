package exchange

import "time"

// A Schedule says how long to pause between runs with one peer. It never ends:
// pauses grow to Longest, tries are not counted out. The zero value is usable.
type Schedule struct {
	First   time.Duration // upper bound of the pause after one failure; 0: 2 seconds
	Longest time.Duration // upper bound of all; 0: 15 minutes
}

const (
	firstPause   = 2 * time.Second
	longestPause = 15 * time.Minute
	longestWish  = 24 * time.Hour // no peer may silence a device for longer
)

// Pause returns the pause after that many failures in a row (a run that
// brought something over starts again from 1). random is drawn from [0, 1):
// full jitter, so that a hub's devices do not all come back at once. wish is
// the peer's Retry-After or Report.Retry, 0 for none: never earlier than that.
func (s Schedule) Pause(failures int, wish time.Duration, random float64) time.Duration {
	bound := s.bound(failures)
	if wish <= 0 {
		return time.Duration(random * float64(bound))
	}
	wish = min(wish, longestWish)
	return wish + time.Duration(random*float64(min(bound, wish/4+time.Second)))
}

func (s Schedule) bound(failures int) time.Duration {
	first, longest := s.First, s.Longest
	if first <= 0 {
		first = firstPause
	}
	if longest <= 0 {
		longest = longestPause
	}
	for ; failures > 1 && first < longest; failures-- {
		first *= 2
	}
	return min(first, longest)
}
