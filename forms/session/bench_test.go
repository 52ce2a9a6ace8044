package session_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

func thousandQuestions(b *testing.B) *forms.Definition {
	var t strings.Builder
	t.WriteString("| survey | type | name | label | calculation |\n")
	for i := range 500 {
		fmt.Fprintf(&t, "| | integer | q%d | Q | |\n| | calculate | c%d | | ${q%d} + 1 |\n", i, i, i)
	}
	return formstest.Read(b, t.String())
}

func BenchmarkOpenAThousandQuestions(b *testing.B) {
	def := thousandQuestions(b)
	for b.Loop() {
		if _, err := session.Start(def, session.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAnswerOneOfAThousand(b *testing.B) {
	f := formstest.Start(b, thousandQuestions(b))
	i := 0
	for b.Loop() {
		i++
		f.Answer("q7", strconv.Itoa(i))
	}
}

func BenchmarkChain(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			var t strings.Builder
			t.WriteString("| survey | type | name | label | calculation |\n| | integer | c0 | C | |\n")
			for i := range n {
				fmt.Fprintf(&t, "| | calculate | c%d | | ${c%d} + 1 |\n", i+1, i)
			}
			f := formstest.Fill(b, t.String())
			i := 0
			for b.Loop() {
				i++
				f.Answer("c0", strconv.Itoa(i))
			}
			f.Value("c"+strconv.Itoa(n), strconv.Itoa(i+n))
		})
	}
}

func BenchmarkRepeatWithSums(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			f := formstest.Fill(b, `
				| survey | type         | name  | label | calculation | repeat_count |
				|        | begin repeat | r     | R     |             | `+strconv.Itoa(n)+` |
				|        | integer      | x     | X     |             |   |
				|        | calculate    | twice |       | ${x} * 2    |   |
				|        | end repeat   |       |       |             |   |
				|        | calculate    | total |       | sum(${twice}) | |`)
			for i := range n {
				f.Answer(fmt.Sprintf("r[%d]/x", i+1), "1")
				if i == 10 && n > 1000 {
					break
				}
			}
			i := 0
			for b.Loop() {
				i++
				f.Answer("r[7]/x", strconv.Itoa(i))
			}
		})
	}
}

func BenchmarkCascade(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("name,label,state\n")
	for i := range 50_000 {
		fmt.Fprintf(&csv, "c%d,City %d,s%d\n", i, i, i%1000)
	}
	f := formstest.Fill(b, `
		| survey | type                            | name  | label | choice_filter    |
		|        | text                            | state | S     |                  |
		|        | select_one_from_file cities.csv | city  | C     | state = ${state} |`,
		func(o *session.Options) { o.File = func(string) ([]byte, error) { return []byte(csv.String()), nil } })
	i := 0
	for b.Loop() {
		i++
		f.Answer("state", fmt.Sprintf("s%d", i%1000))
		if len(f.Of("city").Choices) != 50 {
			b.Fatal(len(f.Of("city").Choices))
		}
	}
}
