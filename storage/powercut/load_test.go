//go:build linux

package powercut_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
)

// writers write at the same time, each under its own keys.
const writers = 3

// A job is what a process of this binary is to do in a folder.
type job struct {
	Keeper string
	Dir    string
	Seed   uint64
	// Of who writes: its changes are numbered from From, and when it has made
	// Count it closes the keeper, or ends as if it were killed.
	From, Count int
	Killed      bool
	// Of who checks: how many changes of each writer were acknowledged.
	Acked map[int]int
}

func (j job) encode() string {
	b, err := json.Marshal(j)
	if err != nil {
		panic(err) // plain fields
	}
	return string(b)
}

func decodeJob(text string) (j job, err error) { return j, json.Unmarshal([]byte(text), &j) }

// change is the n-th change that a writer makes: texts of the length of an answer
// and of a chapter, deletions, and now and then an attachment.
func change(seed uint64, who, n int) []edit {
	r := rand.New(rand.NewPCG(seed, uint64(who)<<32|uint64(n)))
	if r.IntN(10) == 0 {
		e := edit{key: fmt.Sprintf("%d/file%d", who, r.IntN(4))}
		if e.deleted = r.IntN(4) == 0; !e.deleted {
			e.attachment = noise(r, 1+r.IntN(120<<10))
		}
		return []edit{e}
	}
	var edits []edit
	for range 1 + r.IntN(3) {
		e := edit{key: fmt.Sprintf("%d/text%02d", who, r.IntN(20))}
		length := 64 + r.IntN(4<<10)
		if r.IntN(12) == 0 {
			length = 30_000 + r.IntN(60_000)
		}
		if e.deleted = r.IntN(6) == 0; !e.deleted {
			e.text = fmt.Sprintf("%d.%d %s", who, n, strings.Repeat("x", length))
		}
		edits = append(edits, e)
	}
	return edits
}

func noise(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for at := 0; at < n; at += 8 {
		var eight [8]byte
		binary.LittleEndian.PutUint64(eight[:], r.Uint64())
		copy(b[at:], eight[:])
	}
	return b
}

func isAttachment(key string) bool { return strings.Contains(key, "/file") }

// after is what a writer's keys hold after its first n changes.
func after(seed uint64, who, n int) map[string]string {
	last := map[string]edit{}
	for i := range n {
		for _, e := range change(seed, who, i) {
			last[e.key] = e
		}
	}
	held := map[string]string{}
	for _, e := range last {
		e.apply(held)
	}
	return held
}

// apply does to what is held what the edit does to a keeper.
func (e edit) apply(held map[string]string) {
	switch {
	case e.deleted:
		delete(held, e.key)
	case e.attachment != nil:
		held[e.key] = digest(e.attachment)
	default:
		held[e.key] = e.text
	}
}

// write makes changes and says each one, "who count", once the keeper has it. A
// writer goes on when it has been answered.
func write(ctx context.Context, text string, in io.Reader, out io.Writer) error {
	j, err := decodeJob(text)
	if err != nil {
		return err
	}
	k, err := openKeeper(ctx, j.Keeper, j.Dir)
	if err != nil {
		return err
	}
	var heard [writers]chan struct{}
	for who := range heard {
		heard[who] = make(chan struct{})
	}
	go func() {
		for lines := bufio.NewScanner(in); lines.Scan(); {
			var who int
			if _, err := fmt.Sscan(lines.Text(), &who); err == nil {
				heard[who] <- struct{}{}
			}
		}
	}()
	var wg sync.WaitGroup
	var saying sync.Mutex
	compact := make(chan struct{}, 1)
	failed := make([]error, writers)
	for who := range writers {
		wg.Go(func() {
			for n := j.From; n < j.From+j.Count; n++ {
				if failed[who] = k.commit(ctx, change(j.Seed, who, n)); failed[who] != nil {
					return
				}
				saying.Lock()
				fmt.Fprintln(out, who, n+1)
				saying.Unlock()
				<-heard[who]
				if who == 0 && n%20 == 10 {
					compact <- struct{}{}
				}
			}
		})
	}
	compacted := make(chan error, 1)
	go func() { compacted <- compactOften(ctx, k, compact) }()
	wg.Wait()
	close(compact)
	if err := errors.Join(append(failed, <-compacted)...); err != nil || j.Killed {
		return err
	}
	return k.close()
}

// compactOften compacts the store under the load, each time it is told to.
func compactOften(ctx context.Context, k keeper, told <-chan struct{}) error {
	var failed error
	for range told {
		if s, ok := k.(*storeKeeper); ok && failed == nil {
			_, failed = s.s.Compact(ctx)
		}
	}
	return failed
}

// check opens what a power cut has left and holds it against what was
// acknowledged. A change that was under way may have taken place, whole.
func check(ctx context.Context, text string) error {
	j, err := decodeJob(text)
	if err != nil {
		return err
	}
	k, err := openKeeper(ctx, j.Keeper, j.Dir)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	held, err := k.state(ctx)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	next := map[int]int{}
	for who := range writers {
		own := maps.Clone(held)
		maps.DeleteFunc(own, func(key, _ string) bool { return !strings.HasPrefix(key, fmt.Sprintf("%d/", who)) })
		acked := j.Acked[who]
		expected := after(j.Seed, who, acked)
		if next[who] = acked; maps.Equal(own, expected) {
			continue
		}
		for _, e := range change(j.Seed, who, acked) {
			e.apply(expected)
		}
		if next[who] = acked + 1; !maps.Equal(own, expected) {
			return fmt.Errorf("writer %d: %d changes were acknowledged, and what is kept is not what they left", who, acked)
		}
	}
	for who := range writers { // and it works again
		if err := k.commit(ctx, change(j.Seed, who, next[who])); err != nil {
			return fmt.Errorf("write again: %w", err)
		}
	}
	return k.close()
}
