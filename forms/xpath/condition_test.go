package xpath

import (
	"fmt"
	"strings"
	"testing"
)

// told writes a condition for these tests.
func told(c Condition) string {
	if len(c.Of) > 0 {
		var parts []string
		for _, p := range c.Of {
			parts = append(parts, told(p))
		}
		return fmt.Sprintf("%s(%s)", c.Kind, strings.Join(parts, ", "))
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Ref, c.Kind, c.Value))
}

func TestConditionsAreToldFromExpressions(t *testing.T) {
	for expr, want := range map[string]string{
		`/data/a = 'y'`:                                   "/data/a is y",
		`'y' = /data/a`:                                   "/data/a is y",
		`3 < /data/n`:                                     "/data/n more 3",
		`/data/n >= 18 and /data/n < 65`:                  "all(/data/n at least 18, /data/n less 65)",
		`selected(/data/s, 'other')`:                      "/data/s ticked other",
		`not(selected(/data/s, 'other'))`:                 "not(/data/s ticked other)",
		`not(not(selected(/data/s, 'other')))`:            "/data/s ticked other",
		`normalize-space(/data/a) = '' and /data/b != ''`: "all(/data/a blank, /data/b answered)",
		`../a = 'x' or (../b = 'y' and not(../c = 'z'))`:  "any(../a is x, all(../b is y, ../c is not z))",
		`/data/a`:                       "",
		`count(/data/r) > 1`:            "",
		`/data/r[1]/a = 'x'`:            "",
		`/data/a = /data/b`:             "",
		`instance('l')/root/item = 'x'`: "",
		strings.Repeat(`/data/a = 'y' or `, 20) + `/d/b = ''`: "",
	} {
		e, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		c, ok := e.Condition()
		got := told(c)
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("%s is told as %q, want %q", expr, got, want)
		}
	}
}

func TestABranchOfACalculationIsToldByItsCondition(t *testing.T) {
	e, err := Compile(`if(normalize-space(/d/a) != '' or /d/v != '', 'answer', if(/d/s != '', /d/s, 'blank'))`)
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := e.Branch("answer"); !ok || told(c) != "any(/d/a answered, /d/v answered)" {
		t.Errorf("%s, %v", told(c), ok)
	}
	if c, ok := e.Branch("blank"); ok {
		t.Errorf("another value is told as %s", told(c))
	}
}
