// Command countries writes the questionnaire's countries.csv: the names of
// countries and areas in the languages we have, and the region and subregion
// of the UN standard M49 (https://unstats.un.org/unsd/methodology/m49/).
//
//	go generate ./assets/consultation/countries
//
// cldr32.csv is the raw material: ISO codes, M49 codes and the names of CLDR 32,
// which is of 2017. corrections.csv puts right what has changed since or was
// wrong, one name a line with the reason; an empty value takes a name out,
// for no name is better than a wrong one. A choice without a name in the
// asked language falls back to English.
package main

//go:generate go run . -out ../questionnaire/countries.csv

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"slices"
)

//go:embed cldr32.csv
var source []byte

//go:embed corrections.csv
var corrections []byte

// regions names the geographical regions of M49.
var regions = map[string]string{
	"002": "Africa", "019": "Americas", "142": "Asia", "150": "Europe", "009": "Oceania", "010": "Antarctica",
	"011": "Western Africa", "014": "Eastern Africa", "015": "Northern Africa", "017": "Middle Africa", "018": "Southern Africa",
	"005": "South America", "013": "Central America", "021": "Northern America", "029": "Caribbean",
	"030": "Eastern Asia", "034": "Southern Asia", "035": "South-eastern Asia", "143": "Central Asia", "145": "Western Asia",
	"039": "Southern Europe", "151": "Eastern Europe", "154": "Northern Europe", "155": "Western Europe",
	"053": "Australia and New Zealand", "054": "Melanesia", "057": "Micronesia", "061": "Polynesia",
}

// languages are the columns after the English name, and their headings.
var languages = []struct{ column, heading string }{
	{"fr", "label::Français (fr)"}, {"es", "label::Español (es)"}, {"ar", "label::العربية (ar)"},
	{"ru", "label::Русский (ru)"}, {"zh", "label::中文 (zh)"}, {"pt", "label::Português (pt)"},
	{"sw", "label::Kiswahili (sw)"}, {"hi", "label::हिन्दी (hi)"}, {"am", "label::አማርኛ (am)"},
}

// unlisted is for people whose place isn't in M49: nobody is to be turned
// away by a list. ZZ is ISO 3166's code for users to assign.
var unlisted = []string{"ZZ", "Not in this list", "Not stated", "Not stated"}

func main() {
	out := flag.String("out", "countries.csv", "file to write")
	flag.Parse()
	text, err := build(source, corrections)
	if err == nil {
		err = os.WriteFile(*out, text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "countries:", err)
		os.Exit(1)
	}
}

func build(source, corrections []byte) ([]byte, error) {
	rows, err := corrected(source, corrections)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{"name", "label", "region", "subregion"}
	for _, l := range languages {
		head = append(head, l.heading)
	}
	table := [][]string{head}
	for _, r := range rows {
		region, subregion := regions[r["region"]], regions[r["subregion"]]
		if r["en"] == "" || region == "" || subregion == "" {
			return nil, fmt.Errorf("%s lacks a name or a region", r["alpha2"])
		}
		line := []string{r["alpha2"], r["en"], region, subregion}
		for _, l := range languages {
			line = append(line, r[l.column])
		}
		table = append(table, line)
	}
	table = append(table, slices.Concat(unlisted, make([]string, len(languages))))
	if err := w.WriteAll(table); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// corrected returns the rows of source in its order, with the corrections made.
func corrected(source, corrections []byte) ([]map[string]string, error) {
	rows, err := readTable(source)
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	byCode := map[string]map[string]string{}
	for _, r := range rows {
		byCode[r["alpha2"]] = r
	}
	changes, err := readTable(corrections)
	if err != nil {
		return nil, fmt.Errorf("corrections: %w", err)
	}
	for _, c := range changes {
		row := byCode[c["alpha2"]]
		if _, ok := row[c["column"]]; !ok {
			return nil, fmt.Errorf("corrections: no column %q for %q", c["column"], c["alpha2"])
		}
		if row[c["column"]] == c["value"] {
			return nil, fmt.Errorf("corrections: %s %s is %q already", c["alpha2"], c["column"], c["value"])
		}
		row[c["column"]] = c["value"]
	}
	return rows, nil
}

func readTable(text []byte) ([]map[string]string, error) {
	table, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	var rows []map[string]string
	for _, line := range table[1:] {
		row := map[string]string{}
		for i, h := range table[0] {
			row[h] = line[i]
		}
		rows = append(rows, row)
	}
	return rows, nil
}
