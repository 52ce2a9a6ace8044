package calendar

import "strings"

// The last year that any calendar here is asked for: four figures are typed.
const lastYear = 9999

var gregorianMonths = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

func gregorian(y int) []Month {
	if y < 1 || y > lastYear {
		return nil
	}
	return inOrder(julianDay(y, 1, 1), gregorianMonths, func(i int) int { return julianDay(y, i+2, 1) - julianDay(y, i+1, 1) })
}

var (
	ethiopianMonths = []string{"Meskerem", "Tikimt", "Hidar", "Tahsas", "Tir", "Yekatit", "Megabit", "Miazia", "Ginbot", "Sene", "Hamle", "Nehase", "Pagume"}
	copticMonths    = []string{"Thout", "Paopi", "Hathor", "Koiak", "Tobi", "Meshir", "Paremhat", "Paremoude", "Pashons", "Paoni", "Epip", "Mesori", "Pi Kogi Enavot"}
	persianMonths   = []string{"Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar", "Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand"}
	bikramMonths    = []string{"Baisakh", "Jeth", "Asar", "Saun", "Bhadau", "Asoj", "Kartik", "Mangsir", "Poush", "Magh", "Falgun", "Chait"}
)

// alexandrian is twelve months of thirty days and five days more, or six in
// every fourth year, as the Coptic and the Ethiopian calendar have them; they
// differ in the era.
func alexandrian(epoch int, names []string) func(int) []Month {
	return func(y int) []Month {
		if y < 1 || y > lastYear {
			return nil
		}
		return inOrder(epoch+365*(y-1)+y/4, names, func(i int) int {
			switch {
			case i < 12:
				return 30
			case y%4 == 3:
				return 6
			}
			return 5
		})
	}
}

// persianBreaks are the years in which the cycle of leap years begins anew
// (K. M. Borkowski, "The Persian calendar for 3000 years", 1996); ODK Collect
// counts by the same.
var persianBreaks = []int{-61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181, 1210, 1635, 2060, 2097, 2192, 2262, 2324, 2394, 2456, 3178}

// nowruz is the first day of a Persian year, which begins near the March
// equinox.
func nowruz(y int) int {
	leaps, from, jump := -14, persianBreaks[0], 0
	for _, b := range persianBreaks[1:] {
		if jump = b - from; y < b {
			break
		}
		leaps += jump/33*8 + jump%33/4
		from = b
	}
	n := y - from
	leaps += n/33*8 + (n%33+3)/4
	if jump%33 == 4 && jump-n == 4 {
		leaps++
	}
	g := y + 621
	return julianDay(g, 3, 20+leaps-(g/4-(g/100+1)*3/4-150))
}

func persian(y int) []Month {
	if y < 1 || y >= persianBreaks[len(persianBreaks)-1]-1 {
		return nil
	}
	start, next := nowruz(y), nowruz(y+1)
	return inOrder(start, persianMonths, func(i int) int {
		switch {
		case i < 6:
			return 31
		case i < 11:
			return 30
		}
		return next - start - 6*31 - 5*30
	})
}

// firstBikram is the year that the table begins with.
const firstBikram = 1970

// bikramStarts are the first days of the table's years.
var bikramStarts = func() (all []int) {
	day := julianDay(1913, 4, 13)
	for i := 0; i < len(bikramLengths); i += 12 {
		all = append(all, day)
		day += 12 * 29
		for _, c := range bikramLengths[i : i+12] {
			day += int(c - '0')
		}
	}
	return all
}()

func bikram(y int) []Month {
	i := y - firstBikram
	if i < 0 || i >= len(bikramStarts) {
		return nil
	}
	return inOrder(bikramStarts[i], bikramMonths, func(m int) int {
		return 29 + strings.IndexByte("0123", bikramLengths[12*i+m])
	})
}
