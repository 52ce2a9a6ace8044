package prose

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

// texts are in no dictionary.
var texts = map[string]string{
	"en": "We have answered these questions by the light of a lamp, because the power failed again; the radio will carry our reply to the district on Thursday.",
	"fr": "Nous avons répondu à la lumière d'une lampe, car le courant a encore manqué ; la radio portera notre réponse au district jeudi prochain.",
	"es": "Hemos respondido a la luz de una lámpara, porque la electricidad volvió a faltar; la radio llevará nuestra respuesta al distrito el jueves.",
	"ar": "أجبنا عن هذه الأسئلة على ضوء المصباح لأن الكهرباء انقطعت مرة أخرى، وستحمل الإذاعة ردنا إلى المنطقة يوم الخميس.",
	"sw": "Tumejibu maswali haya kwa mwanga wa taa, kwa sababu umeme ulikatika tena; redio itapeleka jibu letu wilayani siku ya Alhamisi.",
	"ru": "Мы ответили на эти вопросы при свете лампы, потому что снова отключили электричество; радио передаст наш ответ в четверг.",
	"pt": "Respondemos a estas perguntas à luz de uma lâmpada, porque a eletricidade voltou a faltar; a rádio levará a nossa resposta na quinta-feira.",
	"hi": "हमने इन सवालों के जवाब दीपक की रोशनी में दिए, क्योंकि बिजली फिर चली गई थी; रेडियो गुरुवार को हमारा जवाब ज़िले तक पहुँचाएगा।",
	"am": "መብራት እንደገና ስለጠፋ ለእነዚህ ጥያቄዎች በመብራት ብርሃን መልስ ሰጥተናል፤ ሬዲዮው ሐሙስ ቀን መልሳችንን ያደርሳል።",
	"zh": "因为又停电了，我们在灯光下回答了这些问题；电台将在星期四把我们的答复带到县里。",
}

func pack(t testing.TB, texts ...Text) []byte {
	t.Helper()
	out, err := Pack(nil, texts...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestATextIsReadBack(t *testing.T) {
	odd := []string{"", "x", "\x00\x01\x02\xff\xfe", "\xc3", "\xe2\x82", "\xf0\x9f\x98\x80 \xed\xa0\x80", "<a>", "</a>", "<a></a>", "<a><b/></a></a>", "<a b='>'>x</a>",
		"<a>\x01</a>", "<a ></a >", "< a></ a>", "<?xml version='1.0'?><d><!-- <x> --><x>1</x></d>", strings.Repeat("<n>", 300) + strings.Repeat("</n>", 300), "日本語 ελληνικά", strings.Repeat("a", 5000)}
	for _, d := range all {
		for _, text := range append(odd[:len(odd):len(odd)], texts["ar"], texts["fr"], texts["zh"]) {
			got, err := Unpack(pack(t, Text{d.number, []byte(text)}), 1<<20)
			if err != nil || len(got) != 1 || string(got[0].Bytes) != text || got[0].Dictionary != d.number {
				t.Errorf("%s: %q came back as %v, %v", d.file(), text, got, err)
			}
		}
	}
}

func TestPackedProseIsMuchShorterThanZstd(t *testing.T) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		t.Fatal(err)
	}
	for language, text := range texts {
		n := For([]byte(text), "")
		if byNumber(n).language != language {
			t.Errorf("the text in %q is taken for %q", language, byNumber(n).language)
		}
		ours, theirs := len(pack(t, Text{n, []byte(text)})), len(z.EncodeAll([]byte(text), nil))
		t.Logf("%s: %d bytes in %d, zstd %d", language, len(text), ours, theirs)
		if ours*3 > theirs*2 {
			t.Errorf("%s: %d bytes in %d, zstd takes %d", language, len(text), ours, theirs)
		}
	}
}

func TestTextsOfSeveralLanguagesShareOnePacking(t *testing.T) {
	var in []Text
	alone := 0
	for _, l := range []string{"en", "ar", "fr", "en", "sw", "fr"} {
		in = append(in, Text{For([]byte(texts[l]), l), []byte(texts[l])})
		alone += len(pack(t, in[len(in)-1]))
	}
	together := pack(t, in...)
	if len(together) >= alone*5/6 { // two stand there twice
		t.Errorf("together %d bytes, alone %d", len(together), alone)
	}
	got, err := Unpack(together, 1<<20)
	if err != nil || len(got) != len(in) {
		t.Fatalf("%d texts, %v", len(got), err)
	}
	for i := range in {
		if !bytes.Equal(got[i].Bytes, in[i].Bytes) {
			t.Errorf("text %d came back as %q", i, got[i].Bytes)
		}
	}
}

func TestOnePackingLeavesNothingForTheNext(t *testing.T) {
	for _, d := range all {
		text := Text{d.number, []byte(texts["fr"])}
		first := pack(t, text)
		pack(t, Text{d.number, []byte(strings.Repeat(texts["es"], 30))})
		if _, err := Unpack(first[:len(first)/2], 1<<20); err == nil {
			t.Error("half a packing is read")
		}
		if !bytes.Equal(pack(t, text), first) {
			t.Errorf("%s: the same text is packed otherwise the second time", d.file())
		}
	}
}

func TestManyPackAtOnce(t *testing.T) {
	var wait sync.WaitGroup
	fr, sw := For([]byte(texts["fr"]), ""), For([]byte(texts["sw"]), "")
	a, b := []Text{{fr, []byte(texts["fr"])}, {sw, []byte(texts["sw"])}}, []Text{{sw, []byte(texts["sw"])}, {fr, []byte(texts["fr"])}}
	wantA, wantB := pack(t, a...), pack(t, b...)
	for range 8 {
		wait.Go(func() {
			for range 5 {
				if gotA, _ := Pack(nil, a...); !bytes.Equal(gotA, wantA) {
					t.Error("another packing of the same texts")
				}
				if gotB, _ := Pack(nil, b...); !bytes.Equal(gotB, wantB) {
					t.Error("another packing of the same texts")
				}
			}
		})
	}
	wait.Wait()
}

func TestABadPackingIsRefusedInBoundedTime(t *testing.T) {
	good := pack(t, Text{3, []byte(texts["fr"])})
	head := func(numbers ...uint64) (b []byte) {
		for _, n := range numbers {
			b = binary.AppendUvarint(b, n)
		}
		return b
	}
	for name, c := range map[string]struct {
		in   []byte
		want error
	}{
		"nothing":                   {nil, ErrPacking},
		"cut short":                 {good[:len(good)-3], ErrPacking},
		"bytes behind":              {append(good[:len(good):len(good)], 0), ErrPacking},
		"a hundred texts":           {head(100), ErrPacking},
		"too long a text":           {head(1, 3<<1, MaxText+1), ErrPacking},
		"2⁶³ bytes":                 {head(1, 3<<1, 1<<63), ErrPacking},
		"longer together":           {head(2, 3<<1, MaxText, 3<<1, 1), ErrPacking},
		"a megabyte of nothing":     {head(1, 3<<1, MaxText), ErrPacking},
		"a number with spare bytes": {append([]byte{0x81, 0}, good[1:]...), ErrPacking},
		"a newer dictionary":        {head(1, 999<<1, 5), ErrDictionary},
		"dictionary 0":              {head(1, 0, 5), ErrDictionary},
		"ends without elements":     {fold1(t, strings.Repeat("\x01", 50)), ErrPacking},
		"a bomb of end tags":        {fold1(t, strings.Repeat("<"+strings.Repeat("n", 1000)+">", 300)+strings.Repeat("\x01", 300)), ErrPacking},
	} {
		start := time.Now()
		if got, err := Unpack(c.in, 400_000); !errors.Is(err, c.want) {
			t.Errorf("%s: %d texts, %v", name, len(got), err)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	if _, err := Pack(nil, Text{3, make([]byte, MaxText+1)}); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long a text: %v", err)
	}
	if _, err := Pack(nil, make([]Text, MaxTexts+1)...); !errors.Is(err, ErrTooLong) {
		t.Errorf("too many texts: %v", err)
	}
	if _, err := Pack(nil, Text{999, nil}); !errors.Is(err, ErrDictionary) {
		t.Errorf("an unknown dictionary: %v", err)
	}
}

// fold1 packs text as if it had been folded.
func fold1(t *testing.T, text string) []byte {
	m := byNumber(Plain).primed()
	m.Lock()
	defer m.Unlock()
	defer m.rollback()
	out := binary.AppendUvarint(binary.AppendUvarint([]byte{1}, uint64(Plain)<<1|1), uint64(len(text)))
	e := newEncoder(out)
	m.begin()
	for _, c := range []byte(text) {
		m.encode(e, c)
	}
	return e.end()
}

// published are the dictionaries that texts may have been packed with: they
// never change again.
var published = map[Number]string{
	1:  "7d2da8a813bb315c980723987554e5c617bf2dce5e3306b803d2e574523577b3",
	2:  "41f061082541bf97b8603ed58248fd27202f51d57f2027ac5b6e8a397c8955ed",
	3:  "77b14d8aa71e7444b3cdd9642bdfe5955ccb7e281899e3e00017322312e25273",
	4:  "49bbf4d3bbb8aa84a3a3df5fc2394bfaa5af2cc5a8a3ccb003515ea91dbb2f47",
	5:  "19797769ccd254830717c1950c9da469b16cef739664fef5086906b2b7ee5a99",
	6:  "d27ef504f72fe5b906e534d18c7223e06e347b6eb32cd69e5c88cb4cbe56444f",
	7:  "9fe9d939e4d4f3114de40f81684eec39689af1145d5d82ad5ca2bfe58cbb4b7f",
	8:  "efad532297298428625ede62c855f5957048f5d023388a0bf604da75104a6506",
	9:  "08608896dd69af36e5391ba7012a5991ccf3eed59861a96c7947cc69d5aab17e",
	10: "96378bec00008433da4a7bf3e8f8a7515406eb5801c16ab752f97416af19e80a",
	11: "90c987076d683c816843a92622204e1605f4c1e04dfd4244b101996f10044650",
	12: "96920a811942078ba44d75f2e63f007f2c5aceb157cd79e80e1c16a8a98d1559",
}

func TestDictionariesNeverChange(t *testing.T) {
	for _, d := range all {
		raw, err := files.ReadFile(d.file())
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != published[d.number] {
			t.Errorf("%s is %x: a dictionary that was published stays, a better one gets a new number", d.file(), sum)
		}
		if len(raw) > MaxDictionary {
			t.Errorf("%s has %d bytes", d.file(), len(raw))
		}
		if d.number == Plain {
			continue
		}
		if c := d.load(); len(c.common) < 20 {
			t.Errorf("%s has %d common words", d.file(), len(c.common))
		}
	}
}

func TestADictionaryThatIsDamagedIsRefused(t *testing.T) {
	for name, raw := range map[string]string{
		"nothing": "", "three lines": "é\nÉé\n«\n", "no UTF-8": "\xff\n\n\n\n", "a letter twice": "éé\n\n\n\n", "ASCII": "e\n\n\n\n",
		"half a pair": "é\nÉ\n\n\n", "a pair without its letter": "é\nÀà\n\n\n", "too many": "\n\n" + many(127) + "\n\n",
	} {
		if _, err := parse([]byte(raw)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if _, err := parse([]byte("é\nÉéÈe\n" + many(120) + "\nle la\ntext")); err != nil {
		t.Error(err)
	}
}

func many(n int) (s string) {
	for i := range n {
		s += string(rune(0x4e00 + i))
	}
	return s
}

func FuzzPack(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text), uint64(3))
	}
	f.Add([]byte("<a><b>x</b></a>\x01\xff\xfe"), uint64(1))
	f.Fuzz(func(t *testing.T, text []byte, dictionary uint64) {
		n := Number(dictionary%uint64(len(all)) + 1)
		out, err := Pack(nil, Text{n, text})
		if errors.Is(err, ErrTooLong) {
			return
		}
		got, err := Unpack(out, MaxText)
		if err != nil || !bytes.Equal(got[0].Bytes, text) {
			t.Fatalf("%q came back as %v, %v", text, got, err)
		}
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add(pack(f, Text{1, []byte("<a>x</a>")}))
	f.Add(pack(f, Text{1, []byte("x")}, Text{11, []byte("y")}))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := Unpack(in, 20_000)
		if err != nil {
			return
		}
		total := 0
		for _, text := range got {
			total += len(text.Bytes)
		}
		if total > 20_000 {
			t.Fatalf("%d bytes of text", total)
		}
		again, err := Unpack(pack(t, got...), 20_000)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(got) {
			t.Fatalf("packed again %v, %v", again, err)
		}
	})
}

func BenchmarkPack(b *testing.B) {
	text := Text{3, []byte(strings.Repeat(texts["fr"], 1) + strings.Repeat(texts["es"]+texts["pt"]+texts["sw"]+texts["en"], 5))}
	pack(b, text)
	b.SetBytes(int64(len(text.Bytes)))
	for b.Loop() {
		pack(b, text)
	}
}
