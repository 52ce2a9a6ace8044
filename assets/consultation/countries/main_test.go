package main

import (
	"bytes"
	"os"
	"testing"
)

func TestCountriesAreUpToDate(t *testing.T) {
	want, err := build(source, corrections)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../questionnaire/countries.csv")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("countries.csv is older than its sources: run go generate ./assets/consultation/countries")
	}
}

func TestEveryCountryHasNameRegionAndSubregion(t *testing.T) {
	rows := countries(t)
	if len(rows) < 245 || len(rows) > 260 {
		t.Errorf("%d countries, want about 250", len(rows))
	}
	names, labels := map[string]bool{}, map[string]bool{}
	for _, r := range rows {
		if r["name"] == "" || r["label"] == "" || r["region"] == "" || r["subregion"] == "" {
			t.Errorf("incomplete: %v", r)
		}
		if names[r["name"]] || labels[r["label"]] {
			t.Errorf("twice: %s %s", r["name"], r["label"])
		}
		names[r["name"]], labels[r["label"]] = true, true
	}
}

func TestNamesAreCurrent(t *testing.T) {
	rows := countries(t)
	english := map[string]string{}
	for _, r := range rows {
		english[r["name"]] = r["label"]
		for _, former := range []string{"Swaziland", "Swazilandia", "Suazilandia", "Suazilândia", "Свазиленд", "سوازيلاند", "Uswazi", "Macédoine", "Macedonia", "Cap-Vert", "Turquie", "Burma", "Birmanie"} {
			for column, name := range r {
				if name == former {
					t.Errorf("%s, %s: former name %s", r["name"], column, name)
				}
			}
		}
	}
	for code, want := range map[string]string{"SZ": "Eswatini", "MK": "North Macedonia", "TR": "Türkiye", "CZ": "Czechia", "CV": "Cabo Verde", "MM": "Myanmar", "TZ": "United Republic of Tanzania"} {
		if english[code] != want {
			t.Errorf("%s is called %q, want %q", code, english[code], want)
		}
	}
}

func TestACorrectionOfNothingIsRefused(t *testing.T) {
	for name, line := range map[string]string{
		"no such country": "XX,en,Nowhere,?\n",
		"no such column":  "KE,tlh,QEnya,?\n",
		"nothing changed": "KE,en,Kenya,?\n",
	} {
		if _, err := build(source, []byte("alpha2,column,value,reason\n"+line)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// countries returns the rows of the file as it is built.
func countries(t *testing.T) []map[string]string {
	text, err := build(source, corrections)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := readTable(text)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
