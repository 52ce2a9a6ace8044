package xpath

import (
	"math"
	"math/rand/v2"
)

var numberFunctions = []function{
	{name: "number", max: 1, onNode: true, call: toNumber},
	{name: "int", min: 1, max: 1, call: math1(math.Trunc)},
	{name: "floor", min: 1, max: 1, call: math1(math.Floor)},
	{name: "ceiling", min: 1, max: 1, call: math1(math.Ceil)},
	{name: "round", min: 1, max: 2, call: round},
	{name: "abs", min: 1, max: 1, call: math1(math.Abs)},
	{name: "sin", min: 1, max: 1, call: math1(math.Sin)},
	{name: "cos", min: 1, max: 1, call: math1(math.Cos)},
	{name: "tan", min: 1, max: 1, call: math1(math.Tan)},
	{name: "asin", min: 1, max: 1, call: math1(math.Asin)},
	{name: "acos", min: 1, max: 1, call: math1(math.Acos)},
	{name: "atan", min: 1, max: 1, call: math1(math.Atan)},
	{name: "atan2", min: 2, max: 2, call: func(c args) Value { return number(math.Atan2(c.num(0), c.num(1))) }},
	{name: "sqrt", min: 1, max: 1, call: math1(math.Sqrt)},
	{name: "exp", min: 1, max: 1, call: math1(math.Exp)},
	{name: "exp10", min: 1, max: 1, call: math1(func(x float64) float64 { return math.Pow(10, x) })},
	{name: "log", min: 1, max: 1, call: math1(math.Log)},
	{name: "log10", min: 1, max: 1, call: math1(math.Log10)},
	{name: "pow", min: 2, max: 2, call: func(c args) Value { return number(math.Pow(c.num(0), c.num(1))) }},
	{name: "pi", call: func(args) Value { return number(math.Pi) }},
	{name: "random", call: func(c args) Value { return number(c.ev.random()) }},
	{name: "sum", min: 1, max: 1, call: func(c args) Value {
		total := 0.0
		for _, n := range c.nodes(0) {
			total += c.ev.parse(c.ev.text(n))
		}
		return number(total)
	}},
	{name: "min", max: -1, call: func(c args) Value { return extreme(c, math.Min) }},
	{name: "max", max: -1, call: func(c args) Value { return extreme(c, math.Max) }},
}

func (ev *evaluation) random() float64 {
	if ev.ctx.Rand != nil {
		return ev.ctx.Rand.Float64()
	}
	return rand.Float64()
}

func math1(f func(float64) float64) func(args) Value {
	return func(c args) Value { return number(f(c.num(0))) }
}

// toNumber writes a date as whole days, though its number has the time too.
func toNumber(c args) Value {
	v := c.orNode()
	if v.typ == Number {
		return v
	}
	s := c.ev.str(v)
	if v.typ != Boolean {
		if t, ok := parseDateTime(s, c.ev.location()); ok {
			days := daysOf(t)
			return Value{typ: Number, num: days, str: formatNumber(math.Floor(days))}
		}
	}
	return number(c.ev.num(v))
}

// extreme is NaN where a number is not one, and where there is none.
func extreme(c args, pick func(a, b float64) float64) Value {
	result, any := math.NaN(), false
	take := func(f float64) {
		if any {
			f = pick(result, f)
		}
		result, any = f, true
	}
	for i := range c.len() {
		v := c.value(i)
		if v.typ != NodeSet {
			take(c.ev.num(v))
		}
		for _, n := range v.nodes {
			take(c.ev.parse(c.ev.text(n)))
		}
	}
	return number(result)
}

// roundHalfUp takes the nearest whole number, of two the larger, and negative
// zero between -0.5 and zero: XPath 1.0 §4.4.
func roundHalfUp(f float64) float64 {
	if math.IsInf(f, 0) || math.IsNaN(f) || math.Abs(f) >= 1<<52 {
		return f
	}
	if f < 0 && f >= -0.5 {
		return math.Copysign(0, -1)
	}
	return math.Floor(f + 0.5)
}

// round may take a number of decimals, negative for tens and hundreds.
func round(c args) Value {
	f := c.num(0)
	if c.len() == 1 {
		return number(roundHalfUp(f))
	}
	decimals := math.Trunc(c.num(1))
	switch {
	case math.IsNaN(decimals):
		return number(math.NaN())
	case decimals > 300:
		return number(f)
	case decimals < -300:
		return number(0)
	}
	if decimals < 0 {
		unit := math.Pow(10, -decimals)
		return number(roundHalfUp(f/unit) * unit)
	}
	unit := math.Pow(10, decimals)
	if shifted := f * unit; !math.IsInf(shifted, 0) {
		return number(roundHalfUp(shifted) / unit)
	}
	return number(f)
}
