package catalogue

// A Subject is what the versions of one publication are about.
type Subject struct {
	Kind     Kind
	Name     string
	Language string // of translations and documents; a form is one in all its languages
}

// Subject of p. Each announcement without a name is one of its own.
func (p Publication) Subject() Subject {
	s := Subject{Kind: p.Kind, Name: p.Name}
	if p.Kind != Form {
		s.Language = p.Language
	}
	return s
}

// InForce returns of each subject the last publication, by number. What was
// withdrawn is among them, and says so.
func InForce(all []Publication) []Publication {
	last := map[Subject]int{}
	for i, p := range all {
		if p.Kind != Announcement || p.Name != "" {
			last[p.Subject()] = i
		}
	}
	var force []Publication
	for i, p := range all {
		if at, named := last[p.Subject()]; !named || at == i {
			force = append(force, p)
		}
	}
	return force
}

// Follow decides what becomes of a catalogue when publications come, in order,
// from number next[0] on. It returns how many of held stay and what is to be
// kept behind them.
//
// A publication is kept when it follows what is held. Another one than is held at
// the same number comes of a centre that was set back to a backup and went on:
// the one that was issued later counts, and with it what follows it. So nobody
// but the centre can take a publication back, and a hub that has an older
// catalogue, or was left behind with one, changes nothing.
func Follow(held, next []Publication) (stay int, keep []Publication) {
	stay = len(held)
	var last Publication // of what is held and kept so far; zero for none
	if stay > 0 {
		last = held[stay-1]
	}
	for _, p := range next {
		if p.Number <= uint64(stay) && len(keep) == 0 {
			mine := held[p.Number-1]
			if mine.Hash8() == p.Hash8() || p.Issued <= mine.Issued {
				continue
			}
			var before Publication
			if p.Number > 1 {
				before = held[p.Number-2]
			}
			if !p.follows(before) {
				break
			}
			stay, last = int(p.Number-1), before
		}
		if !p.follows(last) {
			break
		}
		keep, last = append(keep, p), p
	}
	return stay, keep
}

// follows reports whether p is the next after last, which is zero where p has to
// be the first.
func (p Publication) follows(last Publication) bool {
	if last.Number == 0 {
		return p.Number == 1 && p.Previous == [8]byte{}
	}
	return p.Number == last.Number+1 && p.Previous == last.Hash8()
}

// Behind says from which number on a peer is to be asked whose catalogue goes up
// to peer, by one who holds that many and knows their hashes; 0: it has nothing
// that could be new. A peer on another branch is asked for all.
func Behind(peer Cursor, held uint64, hash func(number uint64) [8]byte) uint64 {
	switch {
	case peer.Number == 0 || peer.Number > MaxPublications:
		return 0
	case peer.Number > held:
		return held + 1
	case hash(peer.Number) == peer.Hash:
		return 0
	}
	return 1
}
