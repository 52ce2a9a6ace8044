package canon

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

type pair struct {
	Name string   `cbor:"1,keyasint"`
	Sum  [4]byte  `cbor:"2,keyasint"`
	List []uint64 `cbor:"3,keyasint"`
}

func TestOnlyOneEncodingIsExact(t *testing.T) {
	good := Encode(pair{"é", [4]byte{1, 2, 3, 4}, []uint64{23, 24}})
	if want := "a30162c3a90244010203040382171818"; hex.EncodeToString(good) != want {
		t.Fatalf("encoded %x, want %s", good, want)
	}
	for name, c := range map[string]struct {
		bytes     string
		readable  bool // by Decode
		exactness error
	}{
		"as encoded":                {"a30162c3a90244010203040382171818", true, nil},
		"keys in another order":     {"a30244010203040162c3a90382171818", true, ErrNotCanonical},
		"a length in two bytes":     {"a3017802c3a90244010203040382171818", true, ErrNotCanonical},
		"a number in two bytes":     {"a30162c3a902440102030403821817" + "1818", true, ErrNotCanonical},
		"a hash cut short":          {"a30162c3a90243010203" + "0382171818", true, ErrNotCanonical},
		"a hash too long":           {"a30162c3a90245010203040503" + "82171818", true, ErrNotCanonical},
		"a list of numbers as hash": {"a30162c3a90284010203040382171818", true, ErrNotCanonical},
		"null for a list":           {"a30162c3a902440102030403f6", true, ErrNotCanonical},
		"an unknown key":            {"a40162c3a902440102030403821718180400", true, ErrNotCanonical},
		"a key twice":               {"a30162c3a90244010203040162c3a9", false, nil},
		"an indefinite length":      {"a30162c3a9024401020304039f171818ff", false, nil},
		"a tag":                     {"a30162c3a902440102030403c182171818", false, nil},
		"text that is no UTF-8":     {"a30162c3280244010203040382171818", false, nil},
		"bytes behind it":           {"a30162c3a9024401020304038217181800", false, nil},
		"cut short":                 {"a30162c3a902440102030403821718", false, nil},
		"nothing":                   {"", false, nil},
		"a list of 2³² promised":    {"9affffffff", false, nil},
		"a string of 2⁶³ promised":  {"5b7fffffffffffffff", false, nil},
	} {
		raw, err := hex.DecodeString(c.bytes)
		if err != nil {
			t.Fatal(name, err)
		}
		var v pair
		if err := Decode(raw, &v); (err == nil) != c.readable {
			t.Errorf("%s: Decode gave %v", name, err)
		}
		if err := DecodeExact(raw, &v); c.readable && !errors.Is(err, c.exactness) || !c.readable && err == nil {
			t.Errorf("%s: DecodeExact gave %v", name, err)
		}
	}
}

func TestDepthAndNumberOfElementsAreBounded(t *testing.T) {
	var v any
	deep := append(bytes.Repeat([]byte{0x81}, MaxDepth+1), 0)
	if err := Decode(deep, &v); err == nil {
		t.Errorf("%d levels were read", MaxDepth+1)
	}
	if err := Decode(deep[2:], &v); err != nil {
		t.Errorf("%d levels: %v", MaxDepth-1, err)
	}
	wide := append([]byte{0x9a, 0, 2, 0, 1}, make([]byte, MaxElements+1)...)
	if err := Decode(wide, &v); err == nil {
		t.Errorf("%d elements were read", MaxElements+1)
	}
}

func TestNoListAndAnEmptyListAreTheSameBytes(t *testing.T) {
	if a, b := Encode([]uint64(nil)), Encode([]uint64{}); !bytes.Equal(a, b) {
		t.Errorf("%x and %x", a, b)
	}
}

func FuzzDecodeExact(f *testing.F) {
	f.Add(Encode(pair{"name", [4]byte{}, []uint64{1}}))
	f.Add([]byte{0xa0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var v pair
		if DecodeExact(raw, &v) == nil && !bytes.Equal(Encode(v), raw) {
			t.Fatal("decoded and encoded it is other bytes")
		}
	})
}

func TestBytesAreAppendedAsTheyAreEncoded(t *testing.T) {
	for _, n := range []int{0, 1, 23, 24, 255, 256, 65535, 65536, 100_000} {
		value := bytes.Repeat([]byte{7}, n)
		want := Encode(value)
		if got := AppendBytes([]byte("x"), value); !bytes.Equal(got[1:], want) {
			t.Errorf("%d bytes are appended otherwise", n)
		}
		if HeadSize(uint64(n))+n != len(want) {
			t.Errorf("the head of %d bytes has %d, not %d", n, len(want)-n, HeadSize(uint64(n)))
		}
	}
	if two := Encode([]int{1, 2}); two[0] != ArrayOfTwo {
		t.Errorf("an array of two begins with %#x", two[0])
	}
}
