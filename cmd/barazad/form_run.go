package main

import (
	"context"
	"encoding/json"
	"fmt"

	"baraza.example/forms/trace"
)

// A runReply answers one line of "form run".
type runReply struct {
	ID json.RawMessage `json:"id"`
	trace.Reply
}

// formRun fills in a form for each line that it reads and tells what became of
// the response after each operation.
func formRun(ctx context.Context, s formSettings, io streams) error {
	if !s.json {
		return fmt.Errorf("run speaks JSON only; add --json: %w", errUsage)
	}
	return eachLine(ctx, io, func(line []byte, number int) any {
		var q struct {
			ID json.RawMessage `json:"id"`
			trace.Request
		}
		err := json.Unmarshal(line, &q)
		if q.ID == nil {
			q.ID = json.RawMessage("null")
		}
		if err != nil {
			return lineError{q.ID, fmt.Sprintf("line %d is not a JSON object as it should be: %v", number, err)}
		}
		reply, err := trace.Replay(q.Request, s.zone)
		if err != nil {
			return lineError{q.ID, err.Error()}
		}
		return runReply{q.ID, reply}
	})
}
