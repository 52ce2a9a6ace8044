package formview

import "testing"

func TestTheStepsOfARangeAreExact(t *testing.T) {
	for _, c := range []struct {
		start, end, step string
		want             []string // the first, the second, the last
		steps            int64
	}{
		{"", "", "", []string{"1", "2", "10"}, 9},
		{"0", "1", "0.1", []string{"0", "0.1", "1"}, 10},
		{"-0.5", "0.5", "0.25", []string{"-0.5", "-0.25", "0.5"}, 4},
		{"5", "1", "1", []string{"5", "4", "1"}, 4},
		{"5", "1", "-2", []string{"5", "3", "1"}, 2},
		{"1", "10", "4", []string{"1", "5", "9"}, 2},
		{"1.50", "3", "0.50", []string{"1.5", "2", "3"}, 3},
		{"3", "3", "1", []string{"3", "3", "3"}, 0},
	} {
		s, ok := newScale(map[string]string{"start": c.start, "end": c.end, "step": c.step})
		if !ok || s.steps != c.steps {
			t.Errorf("%v: %+v, %v", c, s, ok)
			continue
		}
		for i, at := range []int64{0, 1, s.steps} {
			if got := s.at(at); got != c.want[i] {
				t.Errorf("%v: after %d steps comes %s, want %s", c, at, got, c.want[i])
			}
		}
		for i := range s.steps + 1 {
			if back, ok := s.of(s.at(i)); !ok || back != i {
				t.Errorf("%v: %s comes after %d steps, not %d", c, s.at(i), i, back)
			}
		}
	}
}

func TestARangeThatIsNoneIsRefused(t *testing.T) {
	for _, p := range []map[string]string{
		{"step": "0"}, {"start": "a"}, {"end": "1e3"}, {"end": "99999999999999999999"}, {"step": "0.0000001"}, {"start": "NaN"},
	} {
		if s, ok := newScale(p); ok {
			t.Errorf("%v is %+v", p, s)
		}
	}
	s, _ := newScale(nil)
	for _, v := range []string{"", "x", "NaN"} {
		if i, ok := s.of(v); ok {
			t.Errorf("%q stands at %d", v, i)
		}
	}
	if i, _ := s.of("1e300"); i != 9 {
		t.Errorf("far beyond the end is at %d", i)
	}
	if i, _ := s.of("-Inf"); i != 0 {
		t.Errorf("far before the beginning is at %d", i)
	}
}

func TestOneMoreAndOneLess(t *testing.T) {
	for _, c := range []struct {
		value string
		by    int64
		want  string
	}{{"", 1, "1"}, {"", -1, "-1"}, {"9", 1, "10"}, {"2.5", 1, "3.5"}, {"0.5", -1, "-0.5"}, {"-1", 1, "0"}} {
		if got, ok := added(c.value, c.by); !ok || got != c.want {
			t.Errorf("%q and %d are %q, %v", c.value, c.by, got, ok)
		}
	}
	for _, v := range []string{"x", "99999999999999999999", "1.23456789"} {
		if got, ok := added(v, 1); ok {
			t.Errorf("%q and one are %q", v, got)
		}
	}
}
