package session

import (
	"slices"
	"strings"

	"baraza.example/forms"
)

// InWords is the answer as it is read: choices by their labels, in the order in
// which they were put or picked.
func (n Node) InWords() string {
	if len(n.Choices) == 0 {
		return n.Value
	}
	picked := []string{n.Value}
	if q, ok := n.Element.(*forms.Question); ok && (q.Control == forms.Select || q.Control == forms.RankList) {
		picked = strings.Fields(n.Value)
	}
	for i, value := range picked {
		at := slices.IndexFunc(n.Choices, func(c Choice) bool { return c.Value == value })
		if at >= 0 && n.Choices[at].Label != "" {
			picked[i] = n.Choices[at].Label
		}
	}
	return strings.Join(picked, ", ")
}
