package xpath

import "strings"

// calendar has the short names of months and days.
type calendar struct {
	months [12]string
	days   [7]string // from Sunday
}

// calendars hold the short names of CLDR for the languages that the built-in
// forms are translated into.
var calendars = map[string]*calendar{
	"en": {
		[12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		[7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	},
	"fr": {
		[12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
		[7]string{"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."},
	},
	"es": {
		[12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
		[7]string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
	},
	"pt": {
		[12]string{"jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."},
		[7]string{"dom.", "seg.", "ter.", "qua.", "qui.", "sex.", "sáb."},
	},
	"ar": {
		[12]string{"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"},
		[7]string{"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"},
	},
	"sw": {
		[12]string{"Jan", "Feb", "Mac", "Apr", "Mei", "Jun", "Jul", "Ago", "Sep", "Okt", "Nov", "Des"},
		[7]string{"Jumapili", "Jumatatu", "Jumanne", "Jumatano", "Alhamisi", "Ijumaa", "Jumamosi"},
	},
	"ru": {
		[12]string{"янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек."},
		[7]string{"вс", "пн", "вт", "ср", "чт", "пт", "сб"},
	},
	"zh": {
		[12]string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"},
		[7]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"},
	},
	"hi": {
		[12]string{"जन॰", "फ़र॰", "मार्च", "अप्रैल", "मई", "जून", "जुल॰", "अग॰", "सित॰", "अक्तू॰", "नव॰", "दिस॰"},
		[7]string{"रवि", "सोम", "मंगल", "बुध", "गुरु", "शुक्र", "शनि"},
	},
	"am": {
		[12]string{"ጃንዩ", "ፌብሩ", "ማርች", "ኤፕሪ", "ሜይ", "ጁን", "ጁላይ", "ኦገስ", "ሴፕቴ", "ኦክቶ", "ኖቬም", "ዲሴም"},
		[7]string{"እሑድ", "ሰኞ", "ማክሰ", "ረቡዕ", "ሐሙስ", "ዓርብ", "ቅዳሜ"},
	},
	"ki": {
		[12]string{"JEN", "WKR", "WGT", "WKN", "WTN", "WTD", "WMJ", "WNN", "WKD", "WIK", "WMW", "DIT"},
		[7]string{"KMA", "NTT", "NMN", "NMT", "ART", "NMA", "NMM"},
	},
}

func calendarOf(language string) *calendar {
	tag, _, _ := strings.Cut(strings.ToLower(language), "-")
	if c, ok := calendars[tag]; ok {
		return c
	}
	return calendars["en"]
}
