package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"baraza.example/forms"
	"baraza.example/forms/picture"
	"baraza.example/forms/session"
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// MaxFile is how many bytes a file may have, and ErrFileTooLarge says that one
// has more. Nothing of it is kept.
const MaxFile = batch.MaxAttachment

var ErrFileTooLarge = fmt.Errorf("the file is larger than %d MB", MaxFile>>20)

// LargeFile is from how many bytes on a person is advised that sending takes
// long, and asked whether a picture should be made smaller.
const LargeFile = 2 << 20

// Chosen is what can be said of a file before it is kept.
type Chosen struct {
	Size    int64          // bytes; more than MaxFile: it can't be kept
	Picture *picture.Facts // nil: it is no picture
	// Unclean says why a picture can't be written anew: [Workspace.Keep] will return
	// it unless the picture is kept as it is. A person is asked whether to do that.
	Unclean error
}

// Large reports whether a person should be advised about the size.
func (c Chosen) Large() bool { return c.Size > LargeFile }

// Shrinks reports whether the file could be made smaller.
func (c Chosen) Shrinks() bool {
	return c.Picture != nil && c.Unclean == nil && (c.Large() || max(c.Picture.Width, c.Picture.Height) > picture.Smaller)
}

// LookAt reads a file that a person chose and says what should be asked about it.
func LookAt(content io.Reader) (Chosen, error) {
	var c Chosen
	data, whole, err := readPicture(content)
	c.Size = int64(len(data))
	if err == nil && !whole {
		var rest int64
		rest, err = io.Copy(io.Discard, io.LimitReader(content, MaxFile+1))
		c.Size += rest
	}
	if err != nil || picture.KindOf(data) == "" {
		return c, err
	}
	facts, err := picture.Look(data)
	if err == nil && facts.Width == 0 {
		err = picture.ErrKind
	}
	c.Picture, c.Unclean = &facts, err
	return c, nil
}

// readPicture reads the beginning of a file, and if that is a picture's the whole of it,
// up to a byte more than a picture may have.
func readPicture(content io.Reader) (data []byte, whole bool, err error) {
	var b bytes.Buffer
	n, err := io.CopyN(&b, content, 64)
	if err == nil && picture.KindOf(b.Bytes()) != "" {
		_, err = io.CopyN(&b, content, picture.MaxBytes+1-n)
	}
	if errors.Is(err, io.EOF) {
		return b.Bytes(), true, nil
	}
	return b.Bytes(), false, err
}

// Keeping is how a file is kept. The zero value is for whoever wasn't asked: pictures
// are written anew, so that they don't tell where, when and with what they were taken.
type Keeping struct {
	AsItIs  bool // byte for byte
	Smaller bool // a picture with its longest side at most [picture.Smaller]
	Longest int  // a picture with its longest side at most so many points, as its form asks; 0 is any
}

// longest is the longest side that a picture may have; 0 is any.
func (k Keeping) longest() int {
	switch {
	case k.Smaller && k.Longest > 0:
		return min(k.Longest, picture.Smaller)
	case k.Smaller:
		return picture.Smaller
	}
	return max(0, k.Longest)
}

// LongestSide is how many points the longest side of a picture may have, as the
// form says (max-pixels, https://docs.getodk.org/form-question-types/#image); 0 is
// any.
func LongestSide(n session.Node) int {
	q, ok := n.Element.(*forms.Question)
	if !ok {
		return 0
	}
	for _, a := range q.Bind.Attrs {
		if a.Name == "orx:max-pixels" {
			if most, err := strconv.Atoi(a.Value); err == nil && most > 0 {
				return most
			}
		}
	}
	return 0
}

// A Kept is a file that is sealed on the disk and belongs to no answer yet.
type Kept struct{ file batch.File }

// Size is how many bytes the file has as it was kept.
func (k Kept) Size() int64 { return k.file.Size }

// Name is what the file will be called: a picture that became one of another kind
// has another ending.
func (k Kept) Name() string { return k.file.Name }

// OpenKept reads a file that was kept.
func (w *Workspace) OpenKept(k Kept) (*storage.Blob, error) { return w.store.Blobs().Open(k.file.Hash) }

// Keep seals a file on the disk. It touches no response, so that a window may
// go on while a large file is read. It fails with ErrFileTooLarge or, of a picture that
// can't be written anew, with an error of package picture.
func (w *Workspace) Keep(ctx context.Context, name string, content io.Reader, how Keeping) (Kept, error) {
	if !how.AsItIs {
		data, whole, err := readPicture(content)
		if err != nil {
			return Kept{}, fmt.Errorf("read attachment %q: %w", name, err)
		}
		content = io.MultiReader(bytes.NewReader(data), content)
		if kind := picture.KindOf(data); kind != "" {
			if !whole {
				return Kept{}, fmt.Errorf("attachment %q: %w", name, picture.ErrTooLarge)
			}
			clean, to, err := picture.Clean(data, how.longest())
			if err != nil {
				return Kept{}, fmt.Errorf("attachment %q: %w", name, err)
			}
			if to != kind {
				name = strings.TrimSuffix(name, path.Ext(name)) + to.Ext()
			}
			content = bytes.NewReader(clean)
		}
	}
	hash, size, err := w.store.Blobs().Put(ctx, io.LimitReader(content, MaxFile+1))
	if err != nil {
		return Kept{}, fmt.Errorf("keep attachment %q: %w", name, err)
	}
	if size > MaxFile {
		return Kept{}, errors.Join(fmt.Errorf("attachment %q: %w", name, ErrFileTooLarge), w.store.Blobs().Delete(ctx, hash))
	}
	return Kept{batch.File{Name: name, Hash: hash, Size: size}}, nil
}

// maxFileName is what file systems take, with room for a number.
const maxFileName = 200 // bytes

// freeName makes a file's name safe in an answer and unlike the others'.
func (r *Response) freeName(name string) string {
	name = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || strings.ContainsRune(`/\:*?"<>|`, c) {
			return '_'
		}
		return c
	}, path.Base(strings.ReplaceAll(name, `\`, "/")))
	if strings.Trim(name, ". ") == "" {
		name = "file"
	}
	ext := path.Ext(name)
	if len(ext) > maxFileName/4 {
		ext = ""
	}
	stem := strings.TrimSuffix(name, ext)
	for len(stem)+len(ext) > maxFileName {
		_, last := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-last]
	}
	free := stem + ext
	for i := 2; ; i++ {
		if _, taken := r.files[free]; !taken {
			return free
		}
		free = fmt.Sprintf("%s-%d%s", stem, i, ext)
	}
}
