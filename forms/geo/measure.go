package geo

import (
	"cmp"
	"math"
	"slices"
)

// EarthRadius is the equatorial one, in metres, as other ODK programs use it.
const EarthRadius = 6_378_100

func radians(deg float64) float64 { return deg * math.Pi / 180 }

// Between is the way from p to q along the great circle, in metres, by the
// spherical law of cosines.
func Between(p, q Place) float64 {
	cos := math.Sin(radians(p.Lat))*math.Sin(radians(q.Lat)) +
		math.Cos(radians(p.Lat))*math.Cos(radians(q.Lat))*math.Cos(radians(p.Lon-q.Lon))
	return math.Acos(min(cos, 1)) * EarthRadius // rounding may give a little more than 1
}

// Length is the way along a line, in metres.
func Length(line []Place) float64 {
	total := 0.0
	for i := 1; i < len(line); i++ {
		total += Between(line[i-1], line[i])
	}
	return total
}

// Area is what a shape encloses, in square metres, whether or not its first
// place stands at the end once more; 0 for what is no shape. The formula is that
// of ODK's area(): trapezoids on the sphere.
func Area(shape []Place) float64 {
	if len(shape) < 3 {
		return 0
	}
	total := 0.0
	for i, p := range shape {
		q := shape[(i+1)%len(shape)]
		total += radians(q.Lon-p.Lon) * (2 + math.Sin(radians(q.Lat)) + math.Sin(radians(p.Lat)))
	}
	return math.Abs(total * EarthRadius * EarthRadius / 2)
}

// Thin leaves places of a line out until at most so many are left: those first
// that are least missed (Visvalingam and Whyatt: the one that spans the smallest
// triangle with its neighbours). The ends stay. It returns how far, in metres,
// the farthest place that was left out lies from the line between those around
// it that stayed.
func Thin(line []Place, most int) (fewer []Place, off float64) {
	most = max(most, 2)
	if len(line) <= most {
		return line, 0
	}
	importance := weigh(line)
	order := make([]int, 0, len(line)-2)
	for i := 1; i < len(line)-1; i++ {
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(importance[b], importance[a]) })
	kept := append([]int{0, len(line) - 1}, order[:most-2]...)
	slices.Sort(kept)
	for i, at := range kept {
		fewer = append(fewer, line[at])
		if i == 0 {
			continue
		}
		for _, p := range line[kept[i-1]+1 : at] {
			off = max(off, aside(p, line[kept[i-1]], line[at]))
		}
	}
	return fewer, off
}

// weigh says of each place how much it is missed where it is left out, not less
// than those that go before it.
func weigh(line []Place) []float64 {
	n := len(line)
	before, after, weight := make([]int, n), make([]int, n), make([]float64, n)
	for i := range line {
		before[i], after[i] = i-1, i+1
	}
	heap := &queue{at: make([]int, n)}
	triangle := func(i int) float64 {
		a, b, c := flat(line[before[i]], line[i]), flat(line[i], line[i]), flat(line[after[i]], line[i])
		return math.Abs((b.x-a.x)*(c.y-a.y)-(c.x-a.x)*(b.y-a.y)) / 2
	}
	for i := 1; i < n-1; i++ {
		weight[i] = triangle(i)
		heap.push(i, weight)
	}
	least := 0.0
	for len(heap.items) > 0 {
		i := heap.pop(weight)
		least = max(least, weight[i])
		weight[i] = least
		before[after[i]], after[before[i]] = before[i], after[i]
		for _, j := range []int{before[i], after[i]} {
			if j > 0 && j < n-1 {
				weight[j] = triangle(j)
				heap.mend(j, weight)
			}
		}
	}
	return weight
}

type vector struct{ x, y float64 }

// flat is p in metres east and north of near, on a plane that touches there.
func flat(p, near Place) vector {
	return vector{radians(p.Lon-near.Lon) * math.Cos(radians(near.Lat)) * EarthRadius, radians(p.Lat-near.Lat) * EarthRadius}
}

// aside is how far p lies from the way from a to b, in metres.
func aside(p, a, b Place) float64 {
	q, w := flat(p, a), flat(b, a)
	square := w.x*w.x + w.y*w.y
	share := 0.0
	if square > 0 {
		share = min(max((q.x*w.x+q.y*w.y)/square, 0), 1)
	}
	return math.Hypot(q.x-share*w.x, q.y-share*w.y)
}

// A queue gives the lightest of numbered things first, and lets weights change.
type queue struct {
	items []int
	at    []int // where each stands among items
}

func (q *queue) swap(i, j int) {
	q.items[i], q.items[j] = q.items[j], q.items[i]
	q.at[q.items[i]], q.at[q.items[j]] = i, j
}

func (q *queue) push(item int, weight []float64) {
	q.items = append(q.items, item)
	q.at[item] = len(q.items) - 1
	q.mend(item, weight)
}

func (q *queue) pop(weight []float64) int {
	first := q.items[0]
	q.swap(0, len(q.items)-1)
	q.items = q.items[:len(q.items)-1]
	if len(q.items) > 0 {
		q.mend(q.items[0], weight)
	}
	return first
}

// mend puts an item where its weight belongs.
func (q *queue) mend(item int, weight []float64) {
	i := q.at[item]
	for i > 0 && weight[q.items[i]] < weight[q.items[(i-1)/2]] {
		q.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
	for {
		low := i
		for _, c := range []int{2*i + 1, 2*i + 2} {
			if c < len(q.items) && weight[q.items[c]] < weight[q.items[low]] {
				low = c
			}
		}
		if low == i {
			return
		}
		q.swap(i, low)
		i = low
	}
}
