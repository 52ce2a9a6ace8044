package app

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"baraza.example/forms"
)

// placed is a JPEG of noise that says where it was taken.
func placed(t *testing.T, width, height int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, width, height))
	noise := rand.NewChaCha8([32]byte{7})
	if _, err := noise.Read(m.Pix); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	exif := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x25\x88\x04\x00\x01\x00\x00\x00\x32\x00\x00\x00\x00\x00\x00\x00SECRET PLACE")
	app1 := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return bytes.Join([][]byte{b.Bytes()[:2], app1, exif, b.Bytes()[2:]}, nil)
}

// chooses takes a file for the first question's recording.
func (p *person) chooses(t *testing.T, name string, content []byte) forms.Ref {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		p.t.Fatal(err)
	}
	r, err := storage.Reader(storage.NewFileURI(file))
	if err != nil {
		p.t.Fatal(err)
	}
	at := find(t, p, "a_audio")
	p.filling.attached(at, r)
	return at
}

// attachedTo is what was kept for a question.
func (p *person) attachedTo(at forms.Ref) []byte {
	p.t.Helper()
	n, _ := p.filling.response.Node(at)
	if n.Value == "" {
		return nil
	}
	r, err := p.filling.response.OpenFile(n.Value)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		p.t.Fatal(err)
	}
	return content
}

func TestWhoAttachesAPictureIsAskedAboutItsPlaceWhichIsLeftOutUnlessTheyWantIt(t *testing.T) {
	for name, c := range map[string]struct {
		taps  string
		place bool
	}{"as it comes": {"", false}, "chosen": {"As it is, with everything in it", true}} {
		t.Run(name, func(t *testing.T) {
			p := known(t, phone)
			p.taps("Answer the questionnaire")
			p.taps("Next")
			at := p.chooses(t, "IMG_1.jpg", placed(t, 300, 200))
			p.sees("This picture tells where it was taken.", "Without place and camera data")
			p.doesNotSee("Smaller", "much for a slow line")
			if c.taps != "" {
				p.taps(c.taps)
			}
			p.taps("Attach")
			kept := p.attachedTo(at)
			if has := bytes.Contains(kept, []byte("SECRET PLACE")); has != c.place || len(kept) == 0 {
				t.Errorf("of %d bytes: the place is in it: %v", len(kept), has)
			}
			p.sees("Attached: ", "Question a)")
		})
	}
}

func TestALargePictureIsMadeSmallerUnlessItIsWantedAsItIs(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	data := placed(t, 2600, 1400)
	at := p.chooses(t, "IMG_2.jpg", data)
	p.sees("much for a slow line: about", "Texts go first")
	p.taps("Attach")
	kept := p.attachedTo(at)
	if f, err := jpeg.DecodeConfig(bytes.NewReader(kept)); err != nil || f.Width != 2048 || len(kept) >= len(data) {
		t.Errorf("it has %d of %d bytes and is %d wide, %v", len(kept), len(data), f.Width, err)
	}
}

func TestALargeFileIsAdvisedAboutAndASmallOneIsNot(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	at := p.chooses(t, "note.txt", []byte("a few words"))
	p.doesNotSee("Attach a file")
	if string(p.attachedTo(at)) != "a few words" {
		t.Errorf("kept is %q", p.attachedTo(at))
	}
	at = p.chooses(t, "council.ogg", []byte(strings.Repeat("sound ", 500_000)))
	p.sees("MB are much for a slow line: about 7 min")
	p.taps("Cancel")
	if string(p.attachedTo(at)) != "a few words" {
		t.Error("what was called off is attached")
	}
	at = p.chooses(t, "council.ogg", []byte(strings.Repeat("sound ", 500_000)))
	p.taps("Attach")
	if len(p.attachedTo(at)) != 3_000_000 {
		t.Errorf("kept are %d bytes", len(p.attachedTo(at)))
	}
}

func TestAPictureThatCannotBeWrittenAnewIsSaidToTellWhatItTells(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	heic := append([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), make([]byte, 200)...)
	at := p.chooses(t, "IMG_3.HEIC", heic)
	p.sees("can't be written anew here")
	if p.attachedTo(at) != nil {
		t.Error("it was attached before anybody was asked")
	}
	p.taps("Attach it as it is")
	if !bytes.Equal(p.attachedTo(at), heic) {
		t.Error("it is not as it was")
	}
}

func TestAFileIsDroppedOnAQuestion(t *testing.T) {
	p := known(t, laptop)
	sound := storage.NewFileURI(onDisk(t, "answer.mp3", "sound"))
	p.dropped(fyne.NewPos(10, 10), []fyne.URI{sound})
	p.sees("This is not an invite.")
	p.taps("Consultation")
	p.taps("Answer the questionnaire")
	p.taps("Next")
	p.dropped(fyne.NewPos(10, 10), []fyne.URI{sound}) // one question of the page takes a file
	if n, _ := p.filling.response.Node(find(t, p, "a_audio")); n.Value != "answer.mp3" {
		t.Errorf("the answer is %q", n.Value)
	}
	p.sees("Attached: answer.mp3")
}
