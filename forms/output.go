package forms

import "strings"

// A Piece is a part of a text: words as they stand or, where Expr isn't empty,
// an XPath whose value is shown.
type Piece struct {
	Words, Expr string
}

// Pieces takes a text apart at its ${…}. Quotes in an expression are heeded; a
// ${ that is never closed stands as it is, and so does ${'${'}, which is how a
// text says ${ itself.
func Pieces(text string) []Piece {
	var all []Piece
	say := func(s string) {
		if n := len(all); s != "" && n > 0 && all[n-1].Expr == "" {
			all[n-1].Words += s
		} else if s != "" {
			all = append(all, Piece{Words: s})
		}
	}
	for {
		before, after, ok := strings.Cut(text, "${")
		say(before)
		end := -1
		if ok {
			end = closing(after)
		}
		switch {
		case !ok:
			return all
		case end < 0:
			say("${" + after)
			return all
		case after[:end] == "'${'":
			say("${")
		case strings.TrimSpace(after[:end]) == "":
			say("${" + after[:end+1])
		default:
			all = append(all, Piece{Expr: after[:end]})
		}
		text = after[end+1:]
	}
}

// closing finds the brace that ends an expression.
func closing(s string) int {
	var quote byte
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '}':
			return i
		}
	}
	return -1
}
