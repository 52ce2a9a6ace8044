package centraltest_test

import (
	"testing"

	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
)

func TestMemory(t *testing.T) {
	stores := map[*testing.T]*centraltest.Memory{}
	centraltest.Store(t, func(t *testing.T) central.Store {
		if stores[t] == nil {
			stores[t] = centraltest.NewMemory()
		}
		return stores[t]
	})
}
