package picture

import (
	"bytes"
	"encoding/binary"
)

// hidden notes what stands in the picture beside what can be seen. It looks where
// the formats say and takes nothing for granted: lengths are checked, and
// what makes no sense is passed over.
func (f *Facts) hidden(data []byte) {
	switch f.Kind {
	case JPEG:
		f.inJPEG(data)
	case PNG:
		f.inPNG(data)
	case WebP:
		f.inWebP(data)
	case GIF:
		// A comment, or an application's block other than the one for loops.
		f.Camera = bytes.Contains(data, []byte("\x21\xfe")) || bytes.Contains(data, []byte("XMP DataXMP"))
	}
}

// inJPEG walks the segments before the first scan (ITU-T T.81, annex B).
func (f *Facts) inJPEG(data []byte) {
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xff {
			return
		}
		marker := data[at+1]
		switch {
		case marker == 0xff: // fill
			at++
			continue
		case marker == 0xda: // start of scan
			return
		}
		n := int(binary.BigEndian.Uint16(data[at+2:]))
		if n < 2 || at+2+n > len(data) {
			return
		}
		body := data[at+4 : at+2+n]
		switch marker {
		case 0xe1: // APP1
			if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok {
				f.exif(tiff)
			} else {
				f.xmp(body)
			}
		case 0xed, 0xfe: // APP13 (IPTC has names and places), comment
			f.Camera = true
		}
		at += 2 + n
	}
}

// inPNG walks the chunks (W3C PNG, third edition, section 5.3).
func (f *Facts) inPNG(data []byte) {
	for at := 8; at+12 <= len(data); {
		n := int64(binary.BigEndian.Uint32(data[at:]))
		if int64(at)+12+n > int64(len(data)) {
			return
		}
		body := data[at+8 : at+8+int(n)]
		switch string(data[at+4 : at+8]) {
		case "eXIf":
			f.exif(body)
		case "tEXt", "zTXt", "iTXt":
			f.Camera = true
			f.xmp(body)
		case "tIME":
			f.Camera = true
		}
		at += 12 + int(n)
	}
}

// inWebP walks the chunks of the RIFF container (RFC 9649, section 2.3).
func (f *Facts) inWebP(data []byte) {
	for at := 12; at+8 <= len(data); {
		n := int64(binary.LittleEndian.Uint32(data[at+4:]))
		if int64(at)+8+n > int64(len(data)) {
			return
		}
		body := data[at+8 : at+8+int(n)]
		switch string(data[at : at+4]) {
		case "EXIF":
			f.exif(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		case "XMP ":
			f.Camera = true
			f.xmp(body)
		}
		at += 8 + int(n+n%2)
	}
}

func (f *Facts) xmp(text []byte) {
	f.Camera = true
	for _, word := range []string{"GPSLatitude", "GPSLongitude", "LocationShown", "LocationCreated", "photoshop:City"} {
		f.Place = f.Place || bytes.Contains(text, []byte(word))
	}
}

// The tags of Exif that are looked for (CIPA DC-008, tables 3, 4 and 8).
const (
	tagOrientation = 0x0112
	tagGPS         = 0x8825
	typeShort      = 3
)

// exif reads the first directory of a TIFF file.
func (f *Facts) exif(tiff []byte) {
	if len(tiff) < 8 {
		return
	}
	f.Camera = true
	var order binary.ByteOrder = binary.BigEndian
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
	default:
		return
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return
	}
	entries := int64(order.Uint16(tiff[at:]))
	for i := range entries {
		e := at + 2 + 12*i
		if e+12 > int64(len(tiff)) {
			return
		}
		switch tag, kind := order.Uint16(tiff[e:]), order.Uint16(tiff[e+2:]); {
		case tag == tagGPS:
			f.Place = true
		case tag == tagOrientation && kind == typeShort:
			if t := Turn(order.Uint16(tiff[e+8:])); t >= Upright && t <= Left {
				f.Turn = t
			}
		}
	}
}
