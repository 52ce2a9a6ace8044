package main

import (
	"container/heap"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A piece is a few words and the word sequences in it.
type piece struct {
	text  string
	parts []int
	gain  float64 // per byte, when it was last reckoned
}

// choose picks pieces of about size symbols: each time the one that adds most
// of what is frequent in all paragraphs and not yet picked. What is picked first stands
// last, for a model knows best what it read last.
func choose(all []string, size int) []string {
	c := &chooser{ids: map[string]int{}}
	seen := map[string]*piece{}
	for _, p := range all {
		for _, text := range cut(p) {
			if seen[text] == nil {
				seen[text] = c.piece(text)
			}
			for _, i := range seen[text].parts {
				c.count[i]++
			}
		}
	}
	c.taken = make([]int, len(c.count))
	for _, p := range c.pieces {
		p.gain = c.gain(p)
	}
	heap.Init(c)
	var picked []string
	for size > 0 && len(c.pieces) > 0 {
		p := heap.Pop(c).(*piece)
		// Others may have brought parts of it meanwhile.
		if p.gain = c.gain(p); len(c.pieces) > 0 && p.gain < c.pieces[0].gain {
			heap.Push(c, p)
			continue
		}
		for _, i := range p.parts {
			c.taken[i]++
		}
		picked = append(picked, p.text)
		size -= utf8.RuneCountInString(p.text) + 1
	}
	slices.Reverse(picked)
	return picked
}

type chooser struct {
	ids    map[string]int
	worth  []float64 // of a part
	count  []float64 // how often it stands in the sources
	taken  []int     // how often in what is picked
	pieces []*piece
}

func (c *chooser) piece(text string) *piece {
	p := &piece{text: text}
	var words []string
	for w := range strings.FieldsSeq(text) {
		words = append(words, strings.ToLower(strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })))
	}
	for i, w := range words {
		if w != "" {
			p.parts = append(p.parts, c.part(w, min(float64(utf8.RuneCountInString(w)), 8)))
		}
		if i > 0 {
			p.parts = append(p.parts, c.part(words[i-1]+" "+w, 4))
		}
		if i > 1 {
			p.parts = append(p.parts, c.part(words[i-2]+" "+words[i-1]+" "+w, 2))
		}
	}
	c.pieces = append(c.pieces, p)
	return p
}

func (c *chooser) part(s string, worth float64) int {
	i, known := c.ids[s]
	if !known {
		i = len(c.count)
		c.ids[s] = i
		c.count, c.worth = append(c.count, 0), append(c.worth, worth)
	}
	return i
}

// gain is what a piece adds per symbol. A part that stood once only says little,
// and one that is there already a twentieth.
func (c *chooser) gain(p *piece) float64 {
	g := 0.0
	for _, i := range p.parts {
		if c.count[i] > 1 {
			g += c.worth[i] * math.Sqrt(c.count[i]-1) * math.Pow(0.05, float64(c.taken[i]))
		}
	}
	return g / float64(utf8.RuneCountInString(p.text)+1)
}

func (c *chooser) Len() int           { return len(c.pieces) }
func (c *chooser) Less(i, j int) bool { return c.pieces[i].gain > c.pieces[j].gain }
func (c *chooser) Swap(i, j int)      { c.pieces[i], c.pieces[j] = c.pieces[j], c.pieces[i] }
func (c *chooser) Push(x any)         { c.pieces = append(c.pieces, x.(*piece)) }
func (c *chooser) Pop() any {
	last := c.pieces[len(c.pieces)-1]
	c.pieces = c.pieces[:len(c.pieces)-1]
	return last
}
