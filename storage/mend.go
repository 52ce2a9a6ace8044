package storage

import (
	"errors"
	"fmt"
	"strings"
)

// mend sees to a fault of the journal. A torn end is cut. When anything
// acknowledged is missing, the index may still have it, or the journal from before
// the last [Store.Compact]; the journal is then written anew from these and what
// else of it can be read.
func (s *Store) mend(segs []segment, f *fault, at place) error {
	j := s.journal
	last := j.chain.next - 1
	if f != nil {
		torn, err := j.torn(segs, f)
		if err != nil {
			return err
		}
		if torn && at.sequence <= last {
			return s.cutTail(segs, f)
		}
		s.report.Damage = append(s.report.Damage, &DamageError{File: segs[f.at].name, Offset: f.offset, Err: f.err})
	} else if at.sequence > last {
		d := &DamageError{File: journalName, Err: fmt.Errorf("%d changes that had been saved are missing at its end", at.sequence-last)}
		if len(segs) > 0 {
			d.File, d.Offset = segs[len(segs)-1].name, j.size
		}
		s.report.Damage = append(s.report.Damage, d)
	} else {
		return nil
	}
	s.log.Error("the journal is damaged", "file", s.report.Damage[0].File, "offset", s.report.Damage[0].Offset, "error", s.report.Damage[0].Err)
	next := at.sequence + 1
	if f != nil {
		g, err := s.gather(segs, f, place{max(at.sequence, last), at.hash})
		if err != nil {
			return err
		}
		next = g.r.at.sequence + 1
		s.report.Lost = g.lost()
	}
	return s.rewriteJournal(next)
}

// A gathering brings into the index what can be read behind a fault, and counts
// what can't.
type gathering struct {
	r        *replayer
	gaps     []gap
	snapshot snapshot // what the journal began with
	before   bool     // whether the journal that came before has that
}

// A gap is a run of sequences that are nowhere.
type gap struct{ from, to uint64 }

func (g *gathering) lost() (n uint64) {
	for _, h := range g.gaps {
		if g.before {
			h.from = max(h.from, g.snapshot.last+1)
		}
		if h.to >= h.from {
			n += h.to - h.from + 1
		}
	}
	return n
}

func (g *gathering) add(e entry) error {
	if at := max(g.r.at.sequence, g.snapshot.first-1); e.sequence > at+1 {
		g.gaps = append(g.gaps, gap{at + 1, e.sequence - 1})
	}
	return g.r.add(e, hash{})
}

func (s *Store) gather(segs []segment, f *fault, at place) (*gathering, error) {
	g := &gathering{r: &replayer{ix: s.index.index, m: s.marker, at: at}, snapshot: readSnapshot(s.fs, s.journal.dir)}
	if err := s.journal.search(segs, f, g.add); err != nil {
		return nil, err
	}
	if len(g.gaps) > 0 {
		before, err := s.before()
		if err != nil {
			return nil, err
		}
		if before != nil {
			return s.gatherAll(segs, before)
		}
	}
	return g, g.r.flush()
}

// gatherAll makes the index anew from the journal before the last compaction and
// what can be read of the one after it.
func (s *Store) gatherAll(segs []segment, before *journal) (*gathering, error) {
	var ix index = &memoryIndex{}
	if s.onDisk() {
		var err error
		if ix, err = s.replaceIndex(errors.New("the journal from before it was compacted has more")); err != nil {
			return nil, err
		}
	}
	s.index = newHandle(ix)
	g := &gathering{r: &replayer{ix: ix, m: s.marker}, before: true}
	old, err := before.segments()
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		j    *journal
		segs []segment
	}{{before, old}, {s.again(), segs}} {
		j := part.j
		g.snapshot = readSnapshot(s.fs, j.dir)
		f, err := j.verify(part.segs, func(e entry, h hash) error { return g.r.add(e, h) })
		if err == nil && f != nil {
			g.before = g.before && j != before // it is damaged, too: count all
			err = j.search(part.segs, f, g.add)
		}
		if err != nil {
			return nil, err
		}
	}
	return g, g.r.flush()
}

// again is the journal as it lies there, to be read from its beginning.
func (s *Store) again() *journal {
	return &journal{fs: s.fs, dir: s.journal.dir, rand: s.opt.Rand, aead: s.journal.aead, most: s.journal.most, chain: chain{next: 1}}
}

func (s *Store) cutTail(segs []segment, f *fault) error {
	name, err := s.asideName(fmt.Sprintf("tail-%s-%d", strings.TrimSuffix(segs[f.at].name, ".seg"), f.offset))
	if err != nil {
		return err
	}
	n, err := s.journal.cut(segs, f, s.path(name))
	if err != nil {
		return err
	}
	s.report.CutTail = n
	if n > 0 {
		s.report.Aside = append(s.report.Aside, name)
	}
	s.log.Warn("an unfinished write was cut off the journal", "bytes", n, "aside", name)
	return nil
}

// asideName returns a name that is not taken.
func (s *Store) asideName(what string) (string, error) {
	for i := 1; ; i++ {
		name := fmt.Sprintf("%s%d-%s", asidePrefix, i, what)
		there, err := exists(s.fs, s.path(name))
		if err != nil || !there {
			return name, err
		}
	}
}

// rewriteJournal writes the state of the index as a journal of its own, puts
// the old one aside as it is, and reads the new one back.
func (s *Store) rewriteJournal(next uint64) error {
	j, err := s.beginNew(next)
	if err != nil {
		return err
	}
	if err = s.copyIndex(j); err == nil {
		err = snapshot{next, j.chain.next - 1}.write(s.fs, j.dir)
	}
	err = errors.Join(err, j.close())
	if err == nil {
		err = s.readBack(&journal{fs: s.fs, dir: j.dir, aead: j.aead})
	}
	if err != nil {
		return fmt.Errorf("write the journal anew: %w", err)
	}
	aside, err := s.asideName(journalName)
	if err != nil {
		return err
	}
	if err := s.fs.Rename(s.path(journalName), s.path(aside)); err != nil {
		return err
	}
	s.report.Aside = append(s.report.Aside, aside)
	if err := s.finishSwitch(); err != nil {
		return err
	}
	*s.journal = *s.again()
	return s.readBack(s.journal)
}

// copyIndex appends all that the index holds.
func (s *Store) copyIndex(j *journal) error {
	v, err := s.index.index.view()
	if err != nil {
		return err
	}
	defer v.done()
	return copyView(v, s.marker, func(ops []op) error { return j.append(encodeOps(ops)) })
}

// readBack verifies a journal that was just written.
func (s *Store) readBack(j *journal) error {
	segs, err := j.segments()
	if err != nil {
		return err
	}
	f, err := j.verify(segs, nil)
	if f != nil {
		err = &DamageError{File: segs[f.at].name, Offset: f.offset, Err: f.err}
	}
	if err != nil {
		return fmt.Errorf("read the new journal back: %w", err)
	}
	return nil
}
