//go:build !race

package workspace_test

// raced says that the race detector looks on.
const raced = false
