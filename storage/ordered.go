package storage

import "hash/fnv"

// ordered is a map in the order of its keys that never changes: put and del
// return another one, which shares most nodes. So a reader keeps the state it
// started with for nothing, without a lock.
//
// It is a treap whose priorities are hashes of the keys.
type ordered[V any] struct{ root *node[V] }

type node[V any] struct {
	key         string
	value       V
	priority    uint64
	left, right *node[V]
}

func (m ordered[V]) get(key string) (V, bool) {
	for n := m.root; n != nil; {
		switch {
		case key < n.key:
			n = n.left
		case key > n.key:
			n = n.right
		default:
			return n.value, true
		}
	}
	var none V
	return none, false
}

func (m ordered[V]) put(key string, value V) ordered[V] {
	h := fnv.New64a()
	h.Write([]byte(key))
	p := h.Sum64()
	p ^= p >> 29 // FNV leaves likeness in the high bits of like keys
	p *= 0xbf58476d1ce4e5b9
	return ordered[V]{put(m.root, &node[V]{key: key, value: value, priority: p})}
}

func put[V any](n, add *node[V]) *node[V] {
	if n == nil {
		return add
	}
	c := *n
	switch {
	case add.key < n.key:
		c.left = put(n.left, add)
		if up := c.left; up.priority > c.priority {
			c.left, up.right = up.right, &c
			return up
		}
	case add.key > n.key:
		c.right = put(n.right, add)
		if up := c.right; up.priority > c.priority {
			c.right, up.left = up.left, &c
			return up
		}
	default:
		c.value = add.value
	}
	return &c
}

func (m ordered[V]) del(key string) ordered[V] {
	if _, ok := m.get(key); !ok {
		return m
	}
	return ordered[V]{del(m.root, key)}
}

func del[V any](n *node[V], key string) *node[V] {
	c := *n
	switch {
	case key < n.key:
		c.left = del(n.left, key)
	case key > n.key:
		c.right = del(n.right, key)
	default:
		return join(n.left, n.right)
	}
	return &c
}

// join makes one tree of two, all keys of a being smaller than those of b.
func join[V any](a, b *node[V]) *node[V] {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.priority > b.priority:
		c := *a
		c.right = join(a.right, b)
		return &c
	default:
		c := *b
		c.left = join(a, b.left)
		return &c
	}
}

// from walks the keys that are not smaller than key.
func (m ordered[V]) from(key string) *walk[V] {
	w := &walk[V]{}
	for n := m.root; n != nil; {
		if n.key >= key {
			w.path = append(w.path, n)
			n = n.left
		} else {
			n = n.right
		}
	}
	return w
}

// walk holds the nodes still to be visited that lie above the next one.
type walk[V any] struct{ path []*node[V] }

func (w *walk[V]) next() (key string, value V, ok bool) {
	if len(w.path) == 0 {
		return "", value, false
	}
	n := w.path[len(w.path)-1]
	w.path = w.path[:len(w.path)-1]
	for c := n.right; c != nil; c = c.left {
		w.path = append(w.path, c)
	}
	return n.key, n.value, true
}
