package hub_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain looks for what goes on when the tests are over.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
