package storage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// A Collection holds values of one type under keys, in the order of the keys'
// bytes. Its own methods are one transaction each; [Collection.In] joins a
// greater one. Values are CBOR in its deterministic encoding, behind a byte with
// the version of their schema.
type Collection[T any] struct {
	store *Store
	kind  Kind
	known map[string]bool // fields of T, nil when T is no struct
	Schema[T]
}

// A Schema says how values of a type were written by this program and by those
// before it. Values are never rewritten for its sake: an older one is read as it
// is, and becomes new when it is put the next time.
type Schema[T any] struct {
	// Version is what is written: 1 to 255, the one before plus one.
	Version byte
	// Older reads the CBOR of earlier versions, at least of the last two.
	Older map[byte]func(data []byte) (T, error)
}

// NewCollection returns the collection of a kind whose values have had one schema
// only. Each kind has one type.
func NewCollection[T any](s *Store, k Kind) *Collection[T] {
	return NewCollectionOf(s, k, Schema[T]{Version: 1})
}

// NewCollectionOf returns the collection of a kind whose schema has changed.
func NewCollectionOf[T any](s *Store, k Kind, schema Schema[T]) *Collection[T] {
	return &Collection[T]{store: s, kind: k, known: fieldsOf(reflect.TypeFor[T]()), Schema: schema}
}

// Get returns the value under key, or [ErrNotFound].
func (c *Collection[T]) Get(ctx context.Context, key string) (v T, err error) {
	err = c.store.View(ctx, func(tx *Tx) error {
		v, err = c.In(tx).Get(key)
		return err
	})
	return v, err
}

// Put sets the value under key. It is durable when Put returns.
func (c *Collection[T]) Put(ctx context.Context, key string, v T) error {
	return c.store.Update(ctx, func(tx *Tx) error { return c.In(tx).Put(key, v) })
}

// Delete removes what is under key, if anything.
func (c *Collection[T]) Delete(ctx context.Context, key string) error {
	return c.store.Update(ctx, func(tx *Tx) error { return c.In(tx).Delete(key) })
}

// An Item is a value with its key.
type Item[T any] struct {
	Key   string
	Value T
}

// All goes through the collection as it was at the start, in the order of keys. A value that
// can't be read comes as an error with its key, and the rest follows.
func (c *Collection[T]) All(ctx context.Context) iter.Seq2[Item[T], error] {
	return func(yield func(Item[T], error) bool) {
		var last string // the index may have to be made anew on the way
		var begun, over, missed bool
		err := c.store.View(ctx, func(tx *Tx) error {
			from := ""
			if begun {
				from = last + "\x00"
			}
			for item, err := range c.In(tx).All(from) {
				if tx.broken != nil {
					missed = missed || errors.Is(tx.broken, errCount)
					return tx.broken
				}
				last, begun = item.Key, true
				if !yield(item, err) {
					over = true
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil && missed {
			err = ErrAgain
		}
		if err != nil && !over {
			yield(Item[T]{}, err)
		}
	}
}

// ErrAgain is the last error of an All that may have left something out. What was
// wrong with the index is mended: going through it again gives everything.
var ErrAgain = errors.New("the list may not be complete, read it again")

// Watch returns a channel that gets a signal after each change to the
// collection, and is closed when ctx ends. Signals that are not taken are not
// counted: one says look again.
func (c *Collection[T]) Watch(ctx context.Context) <-chan struct{} {
	ch := make(chan struct{}, 1)
	s := c.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watchers[c.kind] == nil {
		s.watchers[c.kind] = map[chan struct{}]struct{}{}
	}
	s.watchers[c.kind][ch] = struct{}{}
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers[c.kind], ch)
		close(ch)
	})
	return ch
}

// In returns the collection as tx sees and changes it.
func (c *Collection[T]) In(tx *Tx) CollectionTx[T] { return CollectionTx[T]{c, tx} }

// CollectionTx is a collection within a transaction.
type CollectionTx[T any] struct {
	c  *Collection[T]
	tx *Tx
}

func (x CollectionTx[T]) key(key string) string { return string([]byte{byte(x.c.kind)}) + key }

// Get returns the value under key, or [ErrNotFound].
func (x CollectionTx[T]) Get(key string) (v T, err error) {
	b, err := x.tx.get(x.key(key))
	if err != nil {
		return v, err
	}
	return x.c.decode(b)
}

// Put sets the value under key. Fields that a newer program had stored there,
// and T does not know, stay.
func (x CollectionTx[T]) Put(key string, v T) error {
	b, err := x.c.encode(v)
	if err != nil {
		return err
	}
	if x.c.known != nil {
		old, err := x.tx.get(x.key(key))
		if err == nil {
			b, err = x.c.keepUnknown(b, old)
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return x.tx.put(x.key(key), b)
}

// Delete removes what is under key, if anything.
func (x CollectionTx[T]) Delete(key string) error {
	k := x.key(key)
	if _, err := x.tx.get(k); errors.Is(err, ErrNotFound) {
		return nil
	}
	return x.tx.del(k)
}

// All goes through the collection from a key on, in the order of keys.
func (x CollectionTx[T]) All(from string) iter.Seq2[Item[T], error] {
	return func(yield func(Item[T], error) bool) {
		prefix, stopped := x.key(""), false
		err := x.tx.scan(prefix, x.key(from), func(key string, value []byte) bool {
			item := Item[T]{Key: key[1:]}
			var err error
			item.Value, err = x.c.decode(value)
			stopped = !yield(item, err)
			return !stopped
		})
		if err != nil && !stopped {
			yield(Item[T]{}, err)
		}
	}
}

var (
	encoding = func() cbor.EncMode {
		o := cbor.CoreDetEncOptions()
		o.Time = cbor.TimeRFC3339Nano // with its zone, as the person wrote it
		return must(o.EncMode())
	}()
	decoding = must(cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		IndefLength:      cbor.IndefLengthForbidden,
		MaxNestedLevels:  32,
		MaxArrayElements: 1 << 20,
		MaxMapPairs:      1 << 16,
	}.DecMode())
)

func must[M any](m M, err error) M {
	if err != nil {
		panic(err) // the options above are constants
	}
	return m
}

func (n Schema[T]) encode(v any) ([]byte, error) {
	b, err := encoding.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode a value: %w", err)
	}
	return append([]byte{n.Version}, b...), nil
}

func (n Schema[T]) decode(b []byte) (v T, err error) {
	if err := n.check(b); err != nil {
		return v, err
	}
	if b[0] == n.Version {
		err = decoding.Unmarshal(b[1:], &v)
	} else if older := n.Older[b[0]]; older != nil {
		v, err = older(b[1:])
	} else {
		err = fmt.Errorf("a value of schema %d, which is no longer read", b[0])
	}
	if err != nil {
		return v, fmt.Errorf("decode a value: %w", err)
	}
	return v, nil
}

// DecodeOlder reads the CBOR of an older schema into its type, within the bounds
// that all values have.
func DecodeOlder(data []byte, v any) error { return decoding.Unmarshal(data, v) }

func (n Schema[T]) check(b []byte) error {
	switch {
	case len(b) == 0 || b[0] == 0:
		return errors.New("a value without a schema version")
	case b[0] > n.Version:
		return fmt.Errorf("a value of schema %d: %w", b[0], ErrNewer)
	}
	return nil
}

// keepUnknown adds to the encoded map fresh what old has and nobody here knows.
// What an older schema has and this one not was left out on purpose.
func (c *Collection[T]) keepUnknown(fresh, old []byte) ([]byte, error) {
	if err := c.check(old); err != nil {
		return nil, err
	}
	var was, is map[string]cbor.RawMessage
	if old[0] != c.Version || decoding.Unmarshal(old[1:], &was) != nil {
		return fresh, nil // or not a map with names: nothing of it can stay
	}
	for name := range was {
		if c.known[name] {
			delete(was, name)
		}
	}
	if len(was) == 0 {
		return fresh, nil
	}
	if err := decoding.Unmarshal(fresh[1:], &is); err != nil {
		return nil, err
	}
	for name, value := range was {
		is[name] = value
	}
	return c.encode(is)
}

// fieldsOf lists the names that CBOR uses for the fields of a struct; nil for
// types that are not plain structs with names.
func fieldsOf(t reflect.Type) map[string]bool {
	if t.Kind() != reflect.Struct || t.Implements(reflect.TypeFor[cbor.Marshaler]()) {
		return nil
	}
	known := map[string]bool{}
	for _, f := range reflect.VisibleFields(t) {
		tag := f.Tag.Get("cbor")
		if tag == "" {
			tag = f.Tag.Get("json")
		}
		name, rest, _ := strings.Cut(tag, ",")
		if strings.Contains(rest, "keyasint") || strings.Contains(rest, "toarray") {
			return nil
		}
		if name == "" {
			name = f.Name
		}
		known[name] = true
	}
	return known
}
