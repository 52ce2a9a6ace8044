package hub

import (
	"sync"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// Quota bounds what a hub takes into custody, in bytes. What has its receipt
// is dropped and counts no more, so a full hub has room again after its next
// contact with the centre.
type Quota struct {
	Device int64 // for one device; 0 means DefaultDeviceQuota
	Total  int64 // for all; 0 means DefaultTotalQuota
}

// Defaults of [Quota]: a device with one attachment of the largest size and
// all its texts, and what an old laptop can spare.
const (
	DefaultDeviceQuota = batch.MaxAttachment + 64<<20
	DefaultTotalQuota  = 8 << 30
)

// fullAfter is after how many seconds a device that found no room may ask
// again: by then somebody may have brought the hub's records on.
const fullAfter = 15 * 60

// meter counts what is on its way into custody, so that many devices at once
// do not together pass a quota that each of them keeps.
type meter struct {
	quota Quota
	mu    sync.Mutex
	own   map[identity.ID]int64
	all   int64
}

type reservation struct {
	origin identity.ID
	size   int64
}

func newMeter(q Quota) *meter {
	if q.Device == 0 {
		q.Device = DefaultDeviceQuota
	}
	if q.Total == 0 {
		q.Total = DefaultTotalQuota
	}
	return &meter{quota: q, own: map[identity.ID]int64{}}
}

// reserve finds room for size bytes beside what is held (own, all) and what is
// reserved; it returns the reason when there is none.
func (m *meter) reserve(origin identity.ID, own, all, size int64) batch.RefuseCode {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case own+m.own[origin]+size > m.quota.Device:
		return batch.RefusedQuota
	case all+m.all+size > m.quota.Total:
		return batch.RefusedFull
	}
	m.own[origin] += size
	m.all += size
	return ""
}

func (m *meter) release(rs []reservation) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range rs {
		m.all -= r.size
		if m.own[r.origin] -= r.size; m.own[r.origin] == 0 {
			delete(m.own, r.origin)
		}
	}
}
