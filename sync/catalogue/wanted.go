package catalogue

import (
	"cmp"
	"slices"
)

// Wanted lists the blobs to ask for, in the order to ask for them: of each
// publication in force that choose wants and whose content is not here, the way
// that costs least. Forms come first, then their translations, then documents,
// small ones before large ones.
func Wanted(force []Publication, choose func(Publication) bool, have func(ID) bool) []Blob {
	var blobs []Blob
	for _, p := range inOrder(force) {
		if p.Withdrawn || p.Content == (Blob{}) || have(p.Content.ID) || !choose(p) {
			continue
		}
		if y, found := p.Best(have); found && !have(y.ID) {
			blobs = append(blobs, y.Blob)
		}
	}
	return blobs
}

// Carried lists the blobs that whoever carries for others asks for: every way to
// everything in force, in the order of Wanted.
func Carried(force []Publication, have func(ID) bool) []Blob {
	var blobs []Blob
	for _, p := range inOrder(force) {
		if p.Withdrawn {
			continue
		}
		for _, y := range p.Ways {
			if !have(y.ID) {
				blobs = append(blobs, y.Blob)
			}
		}
	}
	return blobs
}

func inOrder(force []Publication) []Publication {
	return slices.SortedStableFunc(slices.Values(force), func(a, b Publication) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Content.Size, b.Content.Size))
	})
}

// Lacking lists which of a blob's leaves are not here, at most most of them.
func Lacking(b Blob, here func(i uint32) bool, most int) (ranges [][2]uint32) {
	for i := uint32(0); i < uint32(b.Leaves()) && most > 0; i++ {
		if here(i) {
			continue
		}
		most--
		if n := len(ranges); n > 0 && ranges[n-1][1] == i {
			ranges[n-1][1]++
		} else {
			ranges = append(ranges, [2]uint32{i, i + 1})
		}
	}
	return ranges
}
