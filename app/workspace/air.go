package workspace

import "strings"

// spoken are the words of the international radiotelephony alphabet. Codes have
// no I, L, O and U.
var spoken = map[rune]string{
	'0': "zero", '1': "one", '2': "two", '3': "three", '4': "four", '5': "five", '6': "six", '7': "seven", '8': "eight", '9': "nine",
	'A': "Alfa", 'B': "Bravo", 'C': "Charlie", 'D': "Delta", 'E': "Echo", 'F': "Foxtrot", 'G': "Golf", 'H': "Hotel", 'J': "Juliett",
	'K': "Kilo", 'M': "Mike", 'N': "November", 'P': "Papa", 'Q': "Quebec", 'R': "Romeo", 'S': "Sierra", 'T': "Tango", 'V': "Victor",
	'W': "Whiskey", 'X': "X-ray", 'Y': "Yankee", 'Z': "Zulu", '-': "–", '.': "place",
}

// OnAir spells a receipt code as it is said on the air.
func OnAir(code string) string {
	var words []string
	for _, r := range code {
		if w, known := spoken[r]; known {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}
