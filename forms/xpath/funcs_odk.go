package xpath

import (
	"crypto/ed25519"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

var selectFunctions = []function{
	{name: "selected", min: 2, max: 2, call: selected},
	{name: "is-selected", min: 2, max: 2, call: selected},
	{name: "selected-at", min: 2, max: 2, call: func(c args) Value {
		items, i := c.ev.fields(c.str(0)), math.Trunc(c.num(1))
		if !(i >= 0 && i < float64(len(items))) {
			return text("")
		}
		return text(items[int(i)])
	}},
	{name: "count-selected", min: 1, max: 1, call: func(c args) Value {
		return number(float64(len(c.ev.fields(c.str(0)))))
	}},
	{name: "checklist", min: 2, max: -1, call: func(c args) Value {
		return inRange(c, float64(trueItems(c, 2)))
	}},
	{name: "weighted-checklist", min: 2, max: -1, call: weightedChecklist},
	{name: "jr:choice-name", min: 2, max: 2, call: func(c args) Value {
		if c.ev.ctx.ChoiceName == nil {
			return text("")
		}
		return text(c.ev.ctx.ChoiceName(c.str(0), c.str(1)))
	}},
}

func selected(c args) Value {
	items, one := c.str(0), strings.Trim(c.str(1), " \t\r\n")
	return boolean(slices.Contains(c.ev.fields(items), one))
}

// truths says for each value from argument i on whether it is true: a node is
// where it has text.
func truths(c args, v Value) []bool {
	if v.typ != NodeSet {
		return []bool{v.Bool()}
	}
	var all []bool
	for _, n := range v.nodes {
		all = append(all, c.ev.text(n) != "")
	}
	return all
}

func trueItems(c args, i int) int {
	count := 0
	for ; i < c.len(); i++ {
		for _, ok := range truths(c, c.value(i)) {
			if ok {
				count++
			}
		}
	}
	return count
}

// inRange compares with the first two arguments; -1 is no limit.
func inRange(c args, x float64) Value {
	low, high := c.num(0), c.num(1)
	return boolean((low == -1 || x >= low) && (high == -1 || x <= high))
}

func weightedChecklist(c args) Value {
	if c.len()%2 != 0 {
		c.fail("each value needs a weight")
	}
	total := 0.0
	for i := 2; i < c.len(); i += 2 {
		values, weights := truths(c, c.value(i)), c.value(i+1)
		for j, ok := range values {
			switch {
			case !ok:
			case weights.typ != NodeSet:
				total += c.ev.num(weights)
			case j < len(weights.nodes):
				total += c.ev.parse(c.ev.text(weights.nodes[j]))
			}
		}
	}
	return inRange(c, total)
}

var formFunctions = []function{
	{name: "instance", min: 1, max: 1, call: func(c args) Value { return nodeSet(c.ev.instance(c.str(0))) }},
	{name: "indexed-repeat", min: 3, max: -1, through: []int{0}, call: indexedRepeat},
	{name: "pulldata", min: 4, max: 4, call: pulldata},
	{name: "randomize", min: 1, max: 2, through: []int{0}, call: randomize},
	{name: "jr:itext", min: 1, max: 1, call: func(c args) Value {
		if c.ev.ctx.Itext == nil {
			return text("")
		}
		return text(c.ev.ctx.Itext(c.str(0)))
	}},
	{name: "property", min: 1, max: 1, call: func(c args) Value {
		if c.ev.ctx.Property == nil {
			return text("")
		}
		return text(c.ev.ctx.Property(c.str(0)))
	}},
	{name: "version", call: func(c args) Value { return text(c.ev.ctx.Version) }},
	{name: "regex", min: 2, max: 2, call: regex},
	{name: "uuid", max: 1, call: uuid},
	{name: "digest", min: 2, max: 3, call: digest},
	{name: "base64-decode", min: 1, max: 1, call: func(c args) Value {
		b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(c.str(0), "="))
		if err != nil {
			return text("")
		}
		return text(strings.ToValidUTF8(string(b), "\uFFFD"))
	}},
	{name: "extract-signed", min: 2, max: 2, call: extractSigned},
}

func (ev *evaluation) instance(id string) []Node {
	if ev.ctx.Instance == nil {
		return nil
	}
	n := ev.ctx.Instance(id)
	if n == nil {
		return nil
	}
	return []Node{n}
}

// indexedRepeat selects the nodes of its first argument that are below the
// wanted instance of each repeat. Paths are read from the context node, not
// from one another, and the repeats may come in any order.
func indexedRepeat(c args) Value {
	if c.len()%2 == 0 {
		c.fail("each repeat needs a position")
	}
	type pair struct {
		repeats []Node
		at      float64
	}
	var pairs []pair
	for i := 1; i < c.len(); i += 2 {
		pairs = append(pairs, pair{c.nodes(i), c.num(i + 1)})
		if len(pairs[len(pairs)-1].repeats) == 0 {
			return Value{}
		}
	}
	// Positions count within the outer repeat, whichever is named first.
	slices.SortStableFunc(pairs, func(a, b pair) int { return depth(a.repeats[0]) - depth(b.repeats[0]) })
	var found []Node
	for _, p := range pairs {
		one, ok := c.ev.nthWithin(found, p.repeats, p.at)
		if !ok {
			return Value{}
		}
		found = append(found, one)
	}
	var to []Node
	for _, n := range c.nodes(0) {
		if c.ev.belowAll(n, found) {
			to = append(to, n)
		}
	}
	return nodeSet(to)
}

// depth is how many ancestors n has.
func depth(n Node) int {
	d := 0
	for p := n.Parent(); p != nil; p = p.Parent() {
		d++
	}
	return d
}

// nthWithin counts only the repeats that stand in those already chosen, or
// around them.
func (ev *evaluation) nthWithin(chosen, repeats []Node, at float64) (Node, bool) {
	count := 0.0
	for _, r := range repeats {
		fits := true
		for _, o := range chosen {
			fits = fits && (ev.below1(r, o) || ev.below1(o, r))
		}
		if fits {
			if count++; count == at {
				return r, true
			}
		}
	}
	return nil, false
}

func (ev *evaluation) belowAll(n Node, all []Node) bool {
	for _, o := range all {
		if !ev.below1(n, o) {
			return false
		}
	}
	return true
}

// below1 says whether n stands somewhere in top.
func (ev *evaluation) below1(n, top Node) bool {
	for n = n.Parent(); n != nil; n = n.Parent() {
		ev.spend(1)
		if n == top {
			return true
		}
	}
	return false
}

// pulldata is instance(id)/root/item[key = value]/wanted, its first node; the
// names of the elements in between don't matter.
func pulldata(c args) Value {
	wanted, key, value := c.str(1), c.str(2), c.str(3)
	for _, doc := range c.ev.instance(c.str(0)) {
		for _, root := range c.ev.along(nil, child, test{local: "*"}, doc) {
			for _, item := range c.ev.items(root, key, value) {
				for _, n := range c.ev.along(nil, child, test{local: wanted}, item) {
					return text(c.ev.text(n))
				}
			}
		}
	}
	return text("")
}

func (ev *evaluation) items(root Node, key, value string) []Node {
	if f, ok := root.(Finder); ok && len(ev.nthChild(nil, test{local: "item"}, root, 1)) > 0 {
		return ev.ask(f, "item", key, value)
	}
	for _, item := range root.Children() {
		for _, k := range ev.along(nil, child, test{local: key}, item) {
			if ev.text(k) == value {
				return []Node{item}
			}
		}
	}
	return nil
}

// randomize shuffles from the inside out (Fisher-Yates). With a seed the order
// is that of every other ODK program.
func randomize(c args) Value {
	in := c.nodes(0)
	next := c.ev.random
	if c.len() == 2 {
		next = parkMiller(c)
	}
	out := make([]Node, len(in))
	c.ev.spend(len(in))
	for i, n := range in {
		j := int(next() * float64(i+1))
		out[i] = out[j]
		out[j] = n
	}
	return nodeSet(out)
}

// parkMiller is the "minimal standard" generator, seeded as JavaRosa does: the
// whole part of a number, the hash of a text, zero for a blank.
func parkMiller(c args) func() float64 {
	const modulus, factor = math.MaxInt32, 16807
	v := c.value(1)
	var seed int64
	switch f := c.ev.num(v); {
	case f >= math.MaxInt64:
		seed = math.MaxInt64
	case f <= math.MinInt64:
		seed = math.MinInt64
	case !math.IsNaN(f):
		seed = int64(f)
	case c.ev.str(v) != "" && v.typ != Number:
		sum := sha256.Sum256([]byte(c.ev.str(v)))
		seed = int64(binary.BigEndian.Uint64(sum[:]))
	}
	if seed %= modulus; seed <= 0 {
		seed += modulus - 1
	}
	return func() float64 {
		seed = seed * factor % modulus
		return float64(seed-1) / (modulus - 1)
	}
}

// maxUUID is the longest identifier that uuid(n) makes.
const maxUUID = 10_000

func uuid(c args) Value {
	length := 36.0
	if c.len() == 1 {
		length = c.num(0)
		if !(length >= 0 && length <= maxUUID) {
			c.fail("the length must be a number up to %d", maxUUID)
		}
	}
	var b strings.Builder
	for b.Len() < int(length) || b.Len() == 0 {
		c.ev.spend(10)
		b.WriteString(c.ev.uuid4())
	}
	return text(b.String()[:int(length)])
}

// uuid4 is a version 4 UUID of RFC 4122 from the random source of the context.
func (ev *evaluation) uuid4() string {
	next := rand.Uint64
	if ev.ctx.Rand != nil {
		next = ev.ctx.Rand.Uint64
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], next())
	binary.BigEndian.PutUint64(b[8:], next())
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func digest(c args) Value {
	src := []byte(c.str(0))
	c.ev.spend(20 + len(src)/4)
	var sum []byte
	switch algorithm := c.str(1); strings.ToUpper(algorithm) {
	case "MD5":
		s := md5.Sum(src)
		sum = s[:]
	case "SHA-1":
		s := sha1.Sum(src)
		sum = s[:]
	case "SHA-256":
		s := sha256.Sum256(src)
		sum = s[:]
	case "SHA-384":
		s := sha512.Sum384(src)
		sum = s[:]
	case "SHA-512":
		s := sha512.Sum512(src)
		sum = s[:]
	default:
		c.fail("there is no algorithm %q; MD5, SHA-1, SHA-256, SHA-384 and SHA-512 are known", excerpt(algorithm))
	}
	encoding := "base64"
	if c.len() == 3 {
		encoding = c.str(2)
	}
	switch strings.ToLower(encoding) {
	case "hex":
		return text(hex.EncodeToString(sum))
	case "base64":
		return text(base64.StdEncoding.EncodeToString(sum))
	}
	c.fail("there is no encoding %q; base64 and hex are known", excerpt(encoding))
	return Value{}
}

// extractSigned takes base64 of an Ed25519 signature with its message behind
// it and the base64 of a public key, and returns the message where it is
// genuine, else "".
func extractSigned(c args) Value {
	signed, err := base64.StdEncoding.DecodeString(c.str(0))
	key, err2 := base64.StdEncoding.DecodeString(c.str(1))
	if err != nil || err2 != nil || len(signed) < ed25519.SignatureSize || len(key) != ed25519.PublicKeySize {
		return text("")
	}
	sig, message := signed[:ed25519.SignatureSize], signed[ed25519.SignatureSize:]
	c.ev.spend(4000 + len(message)/bytesPerStep)
	if !ed25519.Verify(key, message, sig) {
		return text("")
	}
	return text(strings.ToValidUTF8(string(message), "\uFFFD"))
}
