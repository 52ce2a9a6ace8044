package linksim

import (
	"flag"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

var calibrate = flag.Bool("calibrate", false, "compare the model with the kernel's TCP in real time: minutes, and root")

// needsCalibration skips a test that takes real time and rights, unless it is asked for.
func needsCalibration(t *testing.T) {
	t.Helper()
	switch {
	case !*calibrate:
		t.Skip("takes minutes of real time on a quiet machine: -calibrate")
	case os.Getuid() != 0:
		t.Skip("a tunnel needs root")
	}
}

// inside runs f on a thread that is in the network namespace of that name: sockets stay
// where they were made.
func inside(t *testing.T, namespace string, f func() error) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		fd, err := unix.Open("/run/netns/"+namespace, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			defer unix.Close(fd)
			if err = unix.Setns(fd, unix.CLONE_NEWNET); err == nil {
				err = f()
			}
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// A trial is one connection that carries size bytes up.
type trial struct{ connect, carry time.Duration }

// carryReal sends size bytes through the kernel's TCP over a tunnel, under a congestion
// control that the kernel knows; its own where that is empty.
func carryReal(t *testing.T, number int, p Profile, seed uint64, size int, control string) (r trial) {
	t.Helper()
	tunnel, err := StartTunnel(number, p, seed)
	if err != nil {
		t.Fatal(err)
	}
	defer tunnel.Close()
	if control != "" {
		if err := tunnel.SetCongestionControl(control); err != nil {
			t.Fatal(err)
		}
	}
	var l net.Listener
	inside(t, tunnel.Far, func() (err error) { l, err = net.Listen("tcp", tunnel.Address+":9000"); return err })
	defer l.Close()
	var c net.Conn
	start := time.Now()
	inside(t, tunnel.Near, func() (err error) { c, err = net.Dial("tcp", tunnel.Address+":9000"); return err })
	r.connect = time.Since(start)
	r.carry = transfer(t, c, l, size)
	return r
}

// carryVirtual does so over the model.
func carryVirtual(t *testing.T, p Profile, seed uint64, size int) (r trial) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := New(seed)
		defer n.Close()
		l, err := n.Listen("far")
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		c, err := n.Link("near", p).DialContext(t.Context(), "tcp", "far")
		if err != nil {
			t.Fatal(err)
		}
		r.connect = time.Since(start)
		r.carry = transfer(t, c, l, size)
	})
	return r
}

// transfer is how long it takes until the other end has everything.
func transfer(t *testing.T, c net.Conn, l net.Listener, size int) time.Duration {
	t.Helper()
	start, got := time.Now(), make(chan error)
	go func() {
		far, err := l.Accept()
		if err == nil {
			_, err = io.ReadFull(far, make([]byte, size))
			defer far.Close()
		}
		got <- err
	}()
	if _, err := c.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	c.Close()
	return took
}

// arithmetic is what carrying size bytes takes without loss.
func arithmetic(p Profile, size int) time.Duration {
	packets := (size + packet - 1) / packet
	return airtime(size+packets*header, p.Up) + p.RTT/2
}

func off(got, want time.Duration) float64 { return got.Seconds()/want.Seconds() - 1 }

// TestTheTunnelGivesTheRateAndDelayThatAreAsked: within 5 %, with the kernel's TCP.
func TestTheTunnelGivesTheRateAndDelayThatAreAsked(t *testing.T) {
	needsCalibration(t)
	for i, name := range []string{"edge", "2g-rural", "vsat", "hf"} {
		p, _ := Named(name)
		p.Loss, p.UpTime = 0, 0
		size := int(p.Up) // eight seconds' worth
		r := carryReal(t, 200+i, p, 1, size, "")
		for range 2 { // a busy machine only ever makes it longer
			r.connect = min(r.connect, carryReal(t, 200+i, p, 1, packet, "").connect)
		}
		want := arithmetic(p, size)
		t.Logf("%s: connected in %v (%v), %d bytes in %v (%v)", name, r.connect.Round(time.Millisecond), p.RTT, size, r.carry.Round(time.Millisecond), want.Round(time.Millisecond))
		if d := off(r.carry, want); d < -0.05 || d > 0.05 {
			t.Errorf("%s: off by %.1f %%", name, 100*d)
		}
		trip := p.RTT + airtime(60, p.Up) + airtime(60, p.Down) // SYN and SYN-ACK with their options
		if d := off(r.connect, trip); d < -0.05 || d > 0.05 {
			t.Errorf("%s: the round trip is off by %.1f %%", name, 100*d)
		}
	}
}

// TestTheModelOfLossIsLikeTheKernelsTCP: the mean of some transfers, within 20 %.
func TestTheModelOfLossIsLikeTheKernelsTCP(t *testing.T) {
	needsCalibration(t)
	const real, virtual = 10, 200
	// Where loss and not the line is the limit, it matters how a kernel takes a loss. The
	// model's does as Reno does; BBR, which many Linux systems have, is faster there.
	lossy := Profile{Name: "lossy", Up: 200_000, Down: 200_000, RTT: 800 * time.Millisecond, Loss: 0.05}
	for i, c := range []struct{ name, control string }{{"vsat", ""}, {"2g-rural", ""}, {"hf", ""}, {"lossy", "reno"}} {
		name := c.name
		p, known := Named(name)
		if !known {
			p = lossy
		}
		p.UpTime = 0 // loss alone
		size := int(p.Up) * 2
		var kernel, model time.Duration
		var mu sync.Mutex
		var all sync.WaitGroup
		for seed := range uint64(real) {
			all.Go(func() {
				r := carryReal(t, 210+10*i+int(seed), p, seed+1, size, c.control)
				mu.Lock()
				defer mu.Unlock()
				kernel += r.carry / real
			})
		}
		all.Wait()
		for seed := range uint64(virtual) {
			model += carryVirtual(t, p, seed+1, size).carry / virtual
		}
		t.Logf("%s: %d bytes in %v by the kernel, %v by the model (%v without loss)", name, size, kernel.Round(time.Millisecond), model.Round(time.Millisecond), arithmetic(p, size).Round(time.Millisecond))
		if d := off(model, kernel); d < -0.2 || d > 0.2 {
			t.Errorf("%s: the model is off by %.0f %%", name, 100*d)
		}
	}
}
