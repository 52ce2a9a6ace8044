package calendar

import "math"

var islamicMonths = []string{"Muharram", "Safar", "Rabi al-awwal", "Rabi al-thani", "Jumada al-awwal", "Jumada al-thani", "Rajab", "Shaban", "Ramadan", "Shawwal", "Dhu al-Qadah", "Dhu al-Hijjah"}

// islamic is the civil calendar by rule, eleven leap years in thirty with the
// sixteenth among them, as in ODK Collect. The calendar by the sighting of the
// moon may be a day or two apart.
func islamic(y int) []Month {
	if y < 1 || y > lastYear {
		return nil
	}
	return inOrder(1948440+354*(y-1)+(3+11*y)/30, islamicMonths, func(i int) int {
		if i%2 == 0 || i == 11 && (11*y+14)%30 < 11 {
			return 30
		}
		return 29
	})
}

// The Myanmar calendar by the rules of the third era, 1217 on, as Yan Naing Aye
// wrote them down (https://cool-emerald.blogspot.com/2013/06/algorithm-program-and-calculation-of.html).
const (
	myanmarSolar = 1577917828.0 / 4320000  // days of a year
	myanmarMoon  = 1577917828.0 / 53433336 // days of a month
	myanmarEra   = 1954168.050623          // the beginning of the year 0
	firstMyanmar = 1217
	lastMyanmar  = 1500
)

var myanmarMonths = []string{"First Waso", "Tagu", "Kason", "Nayon", "Waso", "Wagaung", "Tawthalin", "Thadingyut", "Tazaungmon", "Nadaw", "Pyatho", "Tabodwe", "Tabaung", "Late Tagu", "Late Kason"}

// myanmarYear is the year of a day; the year begins with the sun's entry into
// Aries, in the middle of April.
func myanmarYear(jdn int) int {
	return int(math.Floor((float64(jdn) - 0.5 - myanmarEra) / myanmarSolar))
}

// watat says whether a year has a month more, and the full moon of the second
// Waso, as a Julian day number.
func watat(y int) (more bool, fullMoon int) {
	months, offset := 8, -0.5
	if y < 1312 {
		months, offset = 4, -1
	}
	less := myanmarSolar/12 - myanmarMoon
	excess := math.Mod(myanmarSolar*float64(y+3739), myanmarMoon)
	if excess < less*float64(12-months) {
		excess += myanmarMoon
	}
	fullMoon = int(math.Round(myanmarSolar*float64(y) + myanmarEra - excess + 4.5*myanmarMoon + offset))
	more = excess >= myanmarMoon-less*float64(months)
	switch y { // what was decreed otherwise
	case 1234:
		fullMoon++
	case 1261:
		fullMoon--
	case 1377:
		fullMoon++
	case 1263, 1264, 1344, 1345:
		more = !more
	}
	return more, fullMoon
}

// myanmarKind is 0 for a year of twelve months, 1 with the month more, 2 with
// the month and a day more, and the first day of its Tagu.
func myanmarKind(y int) (kind, tagu int) {
	more, full := watat(y)
	back, before := 1, 0
	for ; back <= 3; back++ {
		var had bool
		if had, before = watat(y - back); had {
			break
		}
	}
	back = min(back, 3)
	if more {
		kind = (full-before)%354/31 + 1
	}
	return kind, before + 354*back - 102
}

// myanmarDay is the month, by the order of myanmarMonths, and the day of it, in
// a year of a kind whose Tagu begins at a day.
func myanmarDay(jdn, kind, tagu int) (month, day int) {
	d := jdn - tagu + 1
	b, c := kind/2, 1/(kind+1)
	length := 354 + (1-c)*30 + b
	late := (d - 1) / length
	d -= late * length
	a := (d + 423) / 512
	month = int((float64(d-b*a+c*a*30) + 29.26) / 29.544)
	e, f := (month+12)/16, (month+11)/16
	day = d - int(29.544*float64(month)-29.26) - b*e + c*f*30
	month += f*3 - e*4
	return month + 12*late, day
}

// myanmar walks through the days of a year: its first and last months are those
// of the moon that the sun's year cuts through.
func myanmar(y int) (all []Month) {
	if y < firstMyanmar || y > lastMyanmar {
		return nil
	}
	start := int(math.Floor(myanmarSolar*float64(y) + myanmarEra))
	kind, tagu := myanmarKind(y)
	for jdn := start - 1; jdn < start+368; jdn++ {
		if myanmarYear(jdn) != y {
			continue
		}
		month, day := myanmarDay(jdn, kind, tagu)
		if month < 0 || month >= len(myanmarMonths) {
			return nil
		}
		if n := len(all); n > 0 && all[n-1].Name == myanmarMonths[month] {
			all[n-1].Days++
			continue
		}
		all = append(all, Month{myanmarMonths[month], month, day, 1, jdn})
	}
	return all
}
