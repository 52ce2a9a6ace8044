package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	goio "io"
)

// maxFormLine is the longest line that the form commands read, in bytes.
const maxFormLine = 64 << 20

// A lineError is the reply to a line that can't be read.
type lineError struct {
	ID    json.RawMessage `json:"id"`
	Error string          `json:"error"`
}

// eachLine writes a reply for each line that it reads. What is wrong with one
// line is answered on its own line.
func eachLine(ctx context.Context, io streams, answer func(line []byte, number int) any) error {
	in, out := bufio.NewReaderSize(io.in, 64<<10), bufio.NewWriter(io.out)
	defer out.Flush()
	for number := 1; ctx.Err() == nil; number++ {
		line, err := readLine(in, maxFormLine)
		if errors.Is(err, goio.EOF) {
			return out.Flush()
		}
		var reply any
		switch {
		case errors.Is(err, errLongLine):
			reply = lineError{json.RawMessage("null"), fmt.Sprintf("line %d is longer than %d bytes", number, maxFormLine)}
		case err != nil:
			return fmt.Errorf("read line %d: %w", number, err)
		case len(bytes.TrimSpace(line)) == 0:
			continue
		default:
			reply = answer(line, number)
		}
		if err := printJSON(out, reply); err != nil {
			return err
		}
		if in.Buffered() == 0 { // who asks one by one waits for this answer
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

var errLongLine = errors.New("the line is too long")

// readLine returns the next line without its end; one longer than most is
// passed over.
func readLine(in *bufio.Reader, most int) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := in.ReadSlice('\n')
		if long = long || len(line)+len(part) > most; !long {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case long && (err == nil || errors.Is(err, goio.EOF)):
			return nil, errLongLine
		case errors.Is(err, goio.EOF) && len(line) > 0:
			return line, nil
		}
		return line, err
	}
}
