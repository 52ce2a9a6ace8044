// Package powercut cuts the power of a real file system and hands back what a
// disk may hold afterwards.
//
// A file system of the kernel lies on a loop device, whose file is served by
// this process through FUSE. So every block that is written, and every flush, is
// seen in its order ([Rig.Record]). A state after a power cut is made from a
// moment of this recording: all that had been flushed, and of what came after the
// last flush nothing, all, some, or single sectors ([Recording.Cuts]). That state
// is put in a file in memory and mounted as the system would mount it after the cut ([Rig.Try]).
//
// The process that serves the disks never waits for one itself: mkfs, mount, sync and
// umount are programs that it starts. If it is killed, they are told of an error; a call
// of its own would never return, nor would it end. For the same reason somebody else must
// hold its mount namespace until it has ended (as the tests of this package do).
//
// It needs Linux, root, /dev/fuse, loop devices and mkfs; [Missing] says what
// isn't there. Offsets and sizes are bytes, sectors have 512. The tests of this
// package hold the store of package storage to it, beside controls that must pass
// and controls that must fail. Start at [NewRig].
package powercut
