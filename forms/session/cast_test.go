package session_test

import (
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/session"
)

func TestAnswersAreCastToTheirTypeOrBlank(t *testing.T) {
	for _, c := range []struct {
		data          forms.DataType
		answer, wants string
	}{
		{forms.Int, "10.9", "10"},
		{forms.Int, "-0.5", "0"},
		{forms.Int, "1e3", "1000"},
		{forms.Int, "2147483648", ""},
		{forms.Int, "1_000", ""},
		{forms.Int, "0x10", ""},
		{forms.Int, "NaN", ""},
		{forms.Decimal, "89", "89.0"},
		{forms.Decimal, "Infinity", ""},
		{forms.Decimal, "1_0.5", ""},
		{forms.Date, "2025-12-21T14:30:00", "2025-12-21"},
		{forms.Date, "2025-02-29", ""},
		{forms.Time, "22:02:61", ""},
		{forms.Time, "22:02:00.5Z", "22:02:00.5Z"},
		{forms.GeoPoint, "1 2", "1.0 2.0 0.0 0.0"},
		{forms.GeoPoint, "NaN NaN 0 0", ""},
		{forms.GeoPoint, "1 2 Inf 0", ""},
		{forms.GeoPoint, "90.1 0", ""},
		{forms.GeoTrace, "1 2;3 4", "1.0 2.0 0.0 0.0;3.0 4.0 0.0 0.0"},
		{forms.GeoShape, "1 2;3 4;1 3", ""},
		{forms.String, " as it is ", " as it is "},
	} {
		if got := session.Cast(c.data, c.answer); got != c.wants {
			t.Errorf("%q as %s is %q, want %q", c.answer, c.data, got, c.wants)
		}
	}
}
