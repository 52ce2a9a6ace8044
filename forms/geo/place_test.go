package geo

import (
	"math"
	"testing"
)

func TestAPlaceIsReadAsMapsWriteIt(t *testing.T) {
	for typed, want := range map[string]string{
		"-1.2833, 36.8167": "-1.2833 36.8167", "-1.2833 36.8167": "-1.2833 36.8167", "geo:-1.28,36.81": "-1.28 36.81", "+46.2;6.1": "46.2 6.1",
		"1°17′S 36°49′12″E": "-1.2833333 36.82", "46.2044° N, 6.1432° E": "46.2044 6.1432", "14°41'N 17°26'O": "14.6833333 -17.4333333",
		"somewhere": "", "1°75′S 36°E": "", "1 2 3": "",
	} {
		if got, ok := ReadTyped(typed); ok != (want != "") || ok && got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
}

func TestPlacesArePastedInManyWays(t *testing.T) {
	line, wrong := ReadTypedLine("-1.28, 36.8\n\n1°17′S 36°49′12″E\r\n-1.28 36.81 1795 8; 0 0")
	if wrong != 0 || WriteLine(line) != "-1.28 36.8; -1.2833333 36.82; -1.28 36.81 1795 8; 0 0" {
		t.Errorf("read %q, wrong %d", WriteLine(line), wrong)
	}
	if _, wrong := ReadTypedLine("1 2\n3 4\nhere\n5 6"); wrong != 3 {
		t.Errorf("the third is wrong, not number %d", wrong)
	}
}

func TestAShapeIsClosedOnce(t *testing.T) {
	corner := []Place{{Lat: 0}, {Lat: 1}, {Lat: 1, Lon: 1}}
	if got := Closed(Closed(corner)); len(got) != 4 || got[3] != got[0] {
		t.Errorf("closed: %v", got)
	}
	if got := Open(Closed(corner)); len(got) != 3 {
		t.Errorf("open: %v", got)
	}
	if got := Closed(corner[:2]); len(got) != 2 {
		t.Errorf("two places make no shape: %v", got)
	}
}

func TestLengthAndAreaAreThoseOfTheEarth(t *testing.T) {
	degree := []Place{{}, {Lat: 1}} // a degree of latitude
	if got := Length(degree); math.Abs(got-111_319) > 10 {
		t.Errorf("a degree is %.0f m", got)
	}
	square := []Place{{}, {Lat: 0.01}, {Lat: 0.01, Lon: 0.01}, {Lon: 0.01}}
	if got := Area(Closed(square)); math.Abs(got-Area(square)) > 1e-6 || math.Abs(got-1113.19*1113.19)/got > 1e-3 {
		t.Errorf("the square has %.0f m²", got)
	}
	if Area(square[:2]) != 0 || Length(nil) != 0 {
		t.Error("what is no shape has an area")
	}
}

func TestALongTrackIsThinnedToWhatMatters(t *testing.T) {
	var track []Place // a straight way with one corner and little wobbles
	for i := range 5000 {
		p := Place{Lat: float64(i) * 1e-5, Lon: float64(i%2) * 1e-7}
		if i > 2500 {
			p = Place{Lat: 0.025, Lon: float64(i-2500)*1e-5 + float64(i%2)*1e-7}
		}
		track = append(track, p)
	}
	fewer, off := Thin(track, 100)
	if len(fewer) != 100 || fewer[0] != track[0] || fewer[99] != track[4999] {
		t.Fatalf("%d places, from %v to %v", len(fewer), fewer[0], fewer[len(fewer)-1])
	}
	if off > 2 {
		t.Errorf("the farthest is %.2f m off", off)
	}
	corner := false
	for _, p := range fewer {
		corner = corner || Between(p, Place{Lat: 0.025}) < 2
	}
	if !corner {
		t.Error("the corner was left out")
	}
	if same, off := Thin(track[:50], 100); len(same) != 50 || off != 0 {
		t.Error("a short line was thinned")
	}
}

func FuzzPlaces(f *testing.F) {
	f.Add("1°17′S 36°49′12″E")
	f.Add("geo:-1.28,36.81")
	f.Add("1 2; 3 4 5 6")
	f.Fuzz(func(t *testing.T, typed string) {
		if read, ok := ReadTyped(typed); ok {
			if again, ok := ReadTyped(read); !ok || again != read {
				t.Errorf("%q is read as %q, and that as %q", typed, read, again)
			}
		}
		if line, wrong := ReadTypedLine(typed); wrong == 0 && len(line) > 0 {
			if again, ok := ParseLine(WriteLine(line)); !ok || WriteLine(again) != WriteLine(line) {
				t.Errorf("%q is read as %v", typed, line)
			}
		}
	})
}
