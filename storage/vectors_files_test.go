package storage

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"testing"
	"testing/cryptotest"

	"golang.org/x/crypto/chacha20poly1305"

	"baraza.example/sync/identity"
	"baraza.example/sync/vectortest"
)

// counted is n bytes that count up to 250 and begin again.
func counted(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i % 251)
	}
	return b
}

// sealedBlob writes an attachment's file as Blobs does, with a prefix of nonces
// that is given.
func sealedBlob(t *testing.T, key, prefix, content []byte) []byte {
	t.Helper()
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		t.Fatal(err)
	}
	head := append([]byte(blobMagic), prefix...)
	out, number := bytes.Clone(head), uint64(0)
	for rest := content; len(rest) > 0; number++ {
		n := min(len(rest), blobChunk)
		out = aead.Seal(out, blobNonce(prefix, number, false), rest[:n], head)
		rest = rest[n:]
	}
	sum := sha256.Sum256(content)
	return aead.Seal(out, blobNonce(prefix, number, true), append(binary.BigEndian.AppendUint64(nil, uint64(len(content))), sum[:]...), head)
}

func TestVectorsOfAttachments(t *testing.T) {
	key, names, prefix := repeated(0xb1, keySize), repeated(0xb2, keySize), repeated(0xb3, blobPrefix)
	nameOf := func(content []byte) string {
		sum := sha256.Sum256(content)
		m := hmac.New(sha256.New, names)
		m.Write(sum[:])
		return hex.EncodeToString(m.Sum(nil))
	}
	v := vectortest.Load(t, "blob", func() vectortest.File {
		f := vectortest.File{About: "Files of attachments (docs/protocol/blob.md). key is \"blobs\", name_key \"blob names\". The content is size bytes that count up from 0 to 250 and begin again."}
		for _, n := range []int{0, 1, 100, blobChunk + 5} {
			content := counted(n)
			f.Valid = append(f.Valid, row("key", key, "name_key", names, "prefix", prefix, "size", n, "name", nameOf(content), "file", sealedBlob(t, key, prefix, content)))
		}
		good, name := sealedBlob(t, key, prefix, counted(100)), nameOf(counted(100))
		damaged := func(why, name string, b []byte) {
			f.Damaged = append(f.Damaged, row("why", why, "key", key, "name_key", names, "name", name, "file", b))
		}
		damaged("empty", name, nil)
		damaged("another magic", name, changed(good, 0))
		damaged("version 2", name, with(good, 7, 2))
		damaged("a bit of the prefix flipped", name, changed(good, 10))
		damaged("a bit of the content flipped", name, changed(good, blobHead))
		damaged("a bit of a chunk's tag flipped", name, changed(good, blobHead+110))
		damaged("a bit of the length flipped", name, changed(good, -blobTrailer))
		damaged("a bit of the trailer's tag flipped", name, changed(good, -1))
		damaged("cut short", name, good[:len(good)-1])
		damaged("without its trailer", name, good[:len(good)-blobTrailer])
		damaged("a byte more", name, append(bytes.Clone(good), 0))
		damaged("under the name of another one", nameOf(counted(1)), good)
		damaged("its chunk left out", name, append(bytes.Clone(good[:blobHead]), good[len(good)-blobTrailer:]...))
		return f
	})
	verify := func(m map[string]string) error {
		file := vectortest.Hex(t, m["file"])
		aead, err := chacha20poly1305.NewX(vectortest.Hex(t, m["key"]))
		if err != nil {
			t.Fatal(err)
		}
		return verifyBlob(bytes.NewReader(file), int64(len(file)), aead, vectortest.Hex(t, m["name_key"]), m["name"])
	}
	for _, m := range v.Valid {
		if err := verify(m); err != nil {
			t.Errorf("%s bytes: %v", m["size"], err)
		}
		n, err := strconv.Atoi(m["size"])
		if err != nil {
			t.Fatal(err)
		}
		again := sealedBlob(t, vectortest.Hex(t, m["key"]), vectortest.Hex(t, m["prefix"]), counted(n))
		if hex.EncodeToString(again) != m["file"] || nameOf(counted(n)) != m["name"] {
			t.Errorf("%d bytes made again are others", n)
		}
	}
	for _, m := range v.Damaged {
		if verify(m) == nil {
			t.Errorf("%s was taken", m["why"])
		}
	}
}

func TestVectorsOfBackups(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1)
	id := make([]byte, 16)
	segment := journalName + "-" + hex.EncodeToString(id) + "/00000001.seg"
	const blob = blobsName + "/abcd"
	v := vectortest.Load(t, "backup", func() vectortest.File {
		f := vectortest.File{About: "Backups (docs/protocol/backup.md), with the seed that their age files are sealed to. files are what is in them; their content has no meaning here."}
		plain := append(append(piece{segment, 0, 3}.head(), "abc"...), append(piece{blob, 0, 2}.head(), "xy\x00"...)...)
		files := []manifestFile{{Name: segment, Size: 3}, {Name: blob, Size: 2}}
		good := forged(t, manifest{Journal: id, Files: files, Sequence: 7, Incarnation: 9}, plain)
		empty := forged(t, manifest{Journal: id, Sequence: 1}, []byte{pieceEnd})
		add := func(b []byte, files string) {
			f.Valid = append(f.Valid, row("seed", hostileSeed[:], "age_key", hostileSeed.AgeKey(), "files", files, "backup", b))
		}
		add(good, "journal/00000001.seg=616263 blobs/abcd=7879")
		add(empty, "")
		add(good[:len(good)-4], "journal/00000001.seg=616263 blobs/abcd=7879") // not yet said to be done
		damaged := func(why string, b []byte) {
			f.Damaged = append(f.Damaged, row("why", why, "seed", hostileSeed[:], "backup", b))
		}
		part := len(encodePreamble(encodeSlots([]slot{{kind: slotOutside}})))
		damaged("empty", nil)
		damaged("another magic", changed(good, 0))
		damaged("version 2", with(good, 8, 2))
		damaged("a longer key file than there is", with(good, 9, 0xff))
		damaged("a bit of the slots flipped", changed(good, 60))
		damaged("a part of another number", changed(good, part+7))
		damaged("a part after another one", changed(good, part+10))
		damaged("a bit of an age header flipped", changed(good, part+60))
		damaged("a bit of the pieces flipped", changed(good, part+2200))
		damaged("a bit of the manifest flipped", changed(good, -60))
		damaged("a bit of the part's hash flipped", changed(good, -10))
		damaged("its end is neither DONE nor nothing", changed(append(bytes.Clone(good), partDone...), len(good)-2))
		damaged("cut in the middle", good[:len(good)/2])
		damaged("sealed for another seed", func() []byte {
			was := hostileSeed
			defer func() { hostileSeed = was }()
			hostileSeed = identity.FileSeed{8}
			return forged(t, manifest{Journal: id, Files: files}, plain)
		}())
		damaged("a name that leads out of the folder", forged(t, manifest{Journal: id, Files: []manifestFile{{Name: "../x", Size: 0}}}, []byte{pieceEnd}))
		damaged("a file that is not complete", forged(t, manifest{Journal: id, Files: []manifestFile{{Name: segment, Size: 4}}}, plain))
		damaged("a piece that leaves a gap", forged(t, manifest{Journal: id, Files: []manifestFile{{Name: segment, Size: 3}}}, append(piece{segment, 1, 3}.head(), "bc\x00"...)))
		damaged("something behind the last piece", forged(t, manifest{Journal: id, Files: files}, append(bytes.Clone(plain), 1)))
		damaged("the manifest of another journal id", forged(t, manifest{Journal: id[:15], Files: files}, plain))
		return f
	})
	read := func(m map[string]string) (files string, err error) {
		data := vectortest.Hex(t, m["backup"])
		b, err := openBackup(memoryFile{data: data}, "", func([]slot) (identity.FileSeed, error) {
			return identity.FileSeed(vectortest.Hex(t, m["seed"])), nil
		})
		if err != nil {
			return "", err
		}
		err = b.wanted(context.Background(), func(int64, int64) {}, func(target string, _ piece, _ int64, content io.Reader) error {
			text, err := io.ReadAll(content)
			if files != "" {
				files += " "
			}
			files += fmt.Sprintf("%s=%x", target, text)
			return err
		})
		return files, err
	}
	for i, m := range v.Valid {
		if files, err := read(m); err != nil || files != m["files"] {
			t.Errorf("backup %d: %s, %v", i, files, err)
		}
	}
	for _, m := range v.Damaged {
		if files, err := read(m); err == nil {
			t.Errorf("%s was taken: %s", m["why"], files)
		}
	}
}
