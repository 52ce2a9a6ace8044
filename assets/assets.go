// Package assets embeds everything the programs show but do not compute: the
// consultation that ships with them and its questionnaire, samples of what people
// answer, and the templates of the centre's pages.
//
// The folders are values of [fs.FS]; packages that read them get them handed
// in and don't know where they come from.
package assets

import (
	"embed"
	"io/fs"
)

//go:embed consultation/consultation.toml consultation/questionnaire consultation/translations
var consultation embed.FS

// Consultation is the folder that forms/consultation reads: the description,
// in "questionnaire" the sheets of the form and its list of countries, and in
// "translations" what there is of the form in other languages.
var Consultation = folder(consultation, "consultation")

//go:embed locales
var locales embed.FS

// Locales is the words of the program in its languages, and languages.toml,
// which says what is known of each language; assets/locale reads it.
var Locales = folder(locales, "locales")

//go:embed fonts
var fonts embed.FS

// Fonts is the fonts of screen and print, BarazaSans-Regular.ttf and
// BarazaSans-Bold.ttf: Noto Sans of many scripts merged into one by "make
// fonts", with its licence, OFL.txt; of them BarazaNames-Regular.ttf and -Bold.ttf
// have the letters of the languages' own names alone, and BarazaArabic-Regular.ttf and
// -Bold.ttf Arabic, in higher lines; and BarazaHan-Regular.ttf, Chinese and kana of
// Droid Sans Fallback, with Apache-2.0.txt. It is a function, so that programs that
// draw nothing don't carry seven megabytes.
func Fonts() fs.FS { return folder(fonts, "fonts") }

//go:embed samples
var samples embed.FS

// Samples is what people might answer, made up: in "answers" the answers of
// five organisations to the questionnaire, by question; in "contributions"
// texts of their own; in "attachments" the files they name. Demonstrations and
// tests fill forms with them.
var Samples = folder(samples, "samples")

//go:embed web
var web embed.FS

// Web is how the centre's pages look: templates (html/template) around
// frame.html, one stylesheet, and their words in en.json.
var Web = folder(web, "web")

func folder(files embed.FS, name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the name is one of this file's own
	}
	return sub
}
