package prose

// The model says, before each bit of a symbol, how likely it is to be 1. Seven
// contexts (the last 1, 2, 3, 4 and 6 symbols, the word so far, and that with
// the word before it) each look up a probability; a small network weighs them
// by how they did before, and a last table corrects what comes out. It is of
// the PAQ family (M. Mahoney, "Adaptive weighing of context models for lossless
// data compression", 2005), with integers only: every machine must come to
// the same bit. docs/protocol/prose.md has it step by step.

const inputs = 7

// tableBits is how many lines each context has, as a power of two.
var tableBits = [inputs]uint{11, 14, 16, 16, 16, 15, 16}

// A line holds what one context knows of one half of a symbol: the 15 nodes of
// a binary tree of four bits, each a probability of 12 bits with a count of 4,
// and in front, where no node is, a check that tells contexts apart.
type line [16]uint16

const (
	changed = 1 << 15 // in a check: the line is in the journal of changes
	even    = 2048 << 4
)

var emptyLine = line{0, even, even, even, even, even, even, even, even, even, even, even, even, even, even, even}

// A was is a line before a text changed it.
type was struct {
	table, at uint32
	old       line
}

const (
	weightSets = 18 * 256
	weightOne  = 1 << 16
	bias       = 256 // the logit of the last input, always the same
)

// A model is one language's. It is made once from a dictionary; coding a text
// changes it, and rollback makes it as it was.
type model struct {
	tables  [inputs][]line
	weights [weightSets][inputs + 1]int32
	final   [256 * 33]uint16
	letters [256]uint8 // the small letter of each symbol that is one, else 0

	history    uint64
	word, last uint32
	tag        uint32 // the last one
	inTag      bool
	context    [inputs]uint64
	lines      [inputs]*line

	// The symbol so far behind a 1, and the node in its half; what the last
	// chance was made of.
	whole, node uint32
	logits      [inputs]int64
	set         uint32
	mixed       int32
	at          int

	keep      bool // changes are noted
	changes   []was
	reweighed []wasWeights
	refined   []wasFinal
	stampW    [weightSets]bool
	stampF    [256 * 33]bool
}

type wasWeights struct {
	set uint32
	old [inputs + 1]int32
}

type wasFinal struct {
	at  int
	old uint16
}

func newModel(letters [256]uint8) *model {
	m := &model{letters: letters}
	for i, bits := range tableBits {
		m.tables[i] = make([]line, 1<<bits)
		for j := range m.tables[i] {
			m.tables[i][j] = emptyLine
		}
	}
	for i := range m.weights {
		for j := range m.weights[i] {
			m.weights[i][j] = weightOne * 4 / 10
		}
	}
	for i := range m.final {
		m.final[i] = uint16(squash(min(int32(i%33-16)*128, 2047))) << 4
	}
	m.begin()
	return m
}

// begin forgets what came before, not what was learnt.
func (m *model) begin() {
	m.history, m.word, m.last, m.tag, m.inTag = 0, 0, 0, 0, false
	m.contexts()
}

const (
	mix1 = 0x9E3779B97F4A7C15
	mix2 = 0xD6E8FEB86659FD93
	mix3 = 0xFF51AFD7ED558CCD
)

func (m *model) contexts() {
	h := m.history
	m.context = [inputs]uint64{
		(h&0xff + 1) * mix1,
		(h&0xffff + 2<<32) * mix1,
		(h&0xffffff + 3<<32) * mix1,
		(h&0xffffffff + 4<<32) * mix1,
		(h&0xffffffffffff ^ 5<<53) * mix1,
		(uint64(m.word)|uint64(m.last)<<32)*mix1 + 0x123456789,
		(uint64(m.word) ^ 7<<53) * mix1,
	}
}

// find looks up the lines for a half of a symbol: 0 the first, else the first
// half behind a 1. Of the two places a line may have, the one that knows less
// is given up.
func (m *model) find(half uint64) {
	var at [inputs]uint32
	var check, first, second [inputs]uint16
	for i := range inputs { // these loads wait for each other in no way
		c := m.context[i] ^ m.context[i]>>29
		c *= mix3
		x := (c + half*mix2) * mix3
		at[i], check[i] = uint32(c>>(64-tableBits[i]))&^31|uint32(x>>59), uint16(x>>17)&^changed
		table := m.tables[i]
		first[i], second[i] = table[at[i]][0], table[at[i]^1][0]
	}
	for i := range inputs {
		table := m.tables[i]
		n, found := at[i], first[i]
		if found&^changed != check[i] {
			if second[i]&^changed == check[i] || table[n^1][1]&15 < table[n][1]&15 {
				n, found = n^1, second[i]
			}
		}
		l := &table[n]
		if m.keep && found < changed {
			m.changes = append(m.changes, was{uint32(i), n, *l})
			l[0] = found | changed
		}
		if found&^changed != check[i] {
			*l = emptyLine
			l[0] = check[i]
			if m.keep {
				l[0] |= changed
			}
		}
		m.lines[i] = l
	}
}

// learn reads a symbol that is known.
func (m *model) learn(s byte) {
	m.start()
	for k := 7; k >= 0; k-- {
		m.chance()
		m.told(uint32(s>>k) & 1)
	}
	m.finish()
}

func (m *model) encode(e *encoder, s byte) {
	m.start()
	for k := 7; k >= 0; k-- {
		bit := uint32(s>>k) & 1
		e.put(bit, m.chance())
		m.told(bit)
	}
	m.finish()
}

func (m *model) decode(d *decoder) byte {
	m.start()
	for range 8 {
		m.told(d.get(m.chance()))
	}
	return m.finish()
}

func (m *model) start() {
	m.whole, m.node = 1, 1
	m.find(0)
}

// finish ends a symbol: it is part of the contexts of the next.
func (m *model) finish() byte {
	c := byte(m.whole)
	m.history = m.history<<8 | uint64(c)
	m.read(c)
	m.contexts()
	return c
}

// read follows words, and in tags the name and the tag before it: the next
// question's name follows from the last one's.
func (m *model) read(c byte) {
	l := m.letters[c]
	switch {
	case c == '<':
		m.inTag, m.word, m.last = true, 0, m.tag
	case m.inTag && c == '>':
		m.inTag, m.tag, m.word, m.last = false, m.word|1, 0, 0
		m.history = '\n' // an answer begins as a line does
	case m.inTag:
		m.word = (m.word + uint32(c) + 1) * 0x2F0B4C47
	case c == closing:
		m.word, m.last = 0, 0
	case l != 0:
		m.word = (m.word + uint32(l)) * 0x2F0B4C47
	case m.word != 0:
		m.last, m.word = m.word*0x9E3779B1, 0
	}
}

// seen is 1 for a node that was visited.
func seen(v uint16) uint32 { return uint32(v&15+15) >> 4 }

// chance is how likely the next bit is 1, in 4096ths, 1 to 4095.
func (m *model) chance() uint32 {
	node := m.node & 15
	v0, v1, v2, v3 := m.lines[0][node], m.lines[1][node], m.lines[2][node], m.lines[3][node]
	v4, v5, v6 := m.lines[4][node], m.lines[5][node], m.lines[6][node]
	s := &m.logits
	s[0], s[1], s[2], s[3] = int64(stretched[v0>>4]), int64(stretched[v1>>4]), int64(stretched[v2>>4]), int64(stretched[v3>>4])
	s[4], s[5], s[6] = int64(stretched[v4>>4]), int64(stretched[v5>>4]), int64(stretched[v6>>4])
	m.set = (seen(v0)+seen(v1)+seen(v2)+seen(v3)+seen(v4))*3 + seen(v5) + seen(v6)
	m.set = m.set<<8 | m.whole&255
	w := &m.weights[m.set]
	dot := s[0]*int64(w[0]) + s[1]*int64(w[1]) + s[2]*int64(w[2]) + s[3]*int64(w[3]) +
		s[4]*int64(w[4]) + s[5]*int64(w[5]) + s[6]*int64(w[6]) + bias*int64(w[7])
	d := int32(min(max(dot>>16, -2047), 2047))
	m.mixed = squash(d)

	at := (d + 2048) * 32
	share := at & 4095
	m.at = int(m.whole&255)*33 + int(at>>12)
	refined := (int32(m.final[m.at])*(4096-share) + int32(m.final[m.at+1])*share) >> 16
	if share >= 2048 {
		m.at++
	}
	return uint32(min(max((m.mixed+refined)>>1, 1), 4095))
}

// told learns what the bit was.
func (m *model) told(bit uint32) {
	w := &m.weights[m.set]
	if m.keep {
		m.note()
	}
	s, e := &m.logits, int64(int32(bit)<<12-m.mixed)*6
	const half = 1 << 13
	w[0] += int32((s[0]*e + half) >> 14)
	w[1] += int32((s[1]*e + half) >> 14)
	w[2] += int32((s[2]*e + half) >> 14)
	w[3] += int32((s[3]*e + half) >> 14)
	w[4] += int32((s[4]*e + half) >> 14)
	w[5] += int32((s[5]*e + half) >> 14)
	w[6] += int32((s[6]*e + half) >> 14)
	w[7] += int32((bias*e + half) >> 14)
	node := m.node & 15
	if f := &m.final[m.at]; bit == 1 {
		*f += (65535 - *f) >> 6
		for _, l := range m.lines {
			l[node] = more(l[node])
		}
	} else {
		*f -= *f >> 6
		for _, l := range m.lines {
			l[node] = less(l[node])
		}
	}
	m.node, m.whole = m.node<<1|bit, m.whole<<1|bit
	if m.whole>>4 == 1 { // half of the symbol
		m.node = 1
		m.find(uint64(m.whole))
	}
}

// note keeps what told is about to change.
func (m *model) note() {
	if !m.stampW[m.set] {
		m.stampW[m.set] = true
		m.reweighed = append(m.reweighed, wasWeights{m.set, m.weights[m.set]})
	}
	if !m.stampF[m.at] {
		m.stampF[m.at] = true
		m.refined = append(m.refined, wasFinal{m.at, m.final[m.at]})
	}
}

// more is a node after a 1, less after a 0: the more often it was visited, the
// less one visit moves it.
func more(v uint16) uint16 {
	n, p := v&15, uint32(v>>4)
	p += (4095 - p) * steps[n] >> 16
	return uint16(p)<<4 | min(n+1, 15)
}

func less(v uint16) uint16 {
	n, p := v&15, uint32(v>>4)
	p -= p * steps[n] >> 16
	return uint16(p)<<4 | min(n+1, 15)
}

// rollback undoes what coding changed.
func (m *model) rollback() {
	for _, c := range m.changes {
		m.tables[c.table][c.at] = c.old
	}
	for _, c := range m.reweighed {
		m.weights[c.set], m.stampW[c.set] = c.old, false
	}
	for _, c := range m.refined {
		m.final[c.at], m.stampF[c.at] = c.old, false
	}
	m.changes, m.reweighed, m.refined = m.changes[:0], m.reweighed[:0], m.refined[:0]
}
