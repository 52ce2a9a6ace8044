package linksim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"baraza.example/sync/linksim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// join opens a network with one link and one connection over it.
func join(t *testing.T, p linksim.Profile) (l *linksim.Link, device, hub net.Conn) {
	t.Helper()
	n := linksim.New(1)
	t.Cleanup(func() { n.Close() })
	at, err := n.Listen("hub:443")
	if err != nil {
		t.Fatal(err)
	}
	l = n.Link("device", p)
	device, hub = dial(t, l, at)
	return l, device, hub
}

func dial(t *testing.T, l *linksim.Link, at net.Listener) (device, hub net.Conn) {
	t.Helper()
	device, err := l.DialContext(t.Context(), "tcp", "hub:443")
	if err != nil {
		t.Fatal(err)
	}
	hub, err = at.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return device, hub
}

func write(t *testing.T, c net.Conn, n int) {
	t.Helper()
	if k, err := c.Write(make([]byte, n)); k != n || err != nil {
		t.Fatalf("wrote %d of %d bytes: %v", k, n, err)
	}
}

// near reports whether got is within 5 % of want.
func near(got, want time.Duration) bool {
	return max(got-want, want-got) <= want/20
}

// waits is how long is waited in all for the first so many buses, each of which is
// back before the next one leaves.
func waits(p linksim.Profile, buses int) time.Duration {
	if p.Every == 0 {
		return 0
	}
	return time.Duration(buses)*p.Every - time.Duration(buses-1)*p.RTT/2
}

// Everybody who measures something speaks of these links.
func TestEveryProfileHasItsName(t *testing.T) {
	for _, name := range []string{"gprs", "edge", "2g-rural", "vsat", "hf", "stick-by-bus", "office"} {
		if p, known := linksim.Named(name); !known || p.Name != name || p.RTT <= 0 || p.Up <= 0 || p.Down < p.Up {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestABusTakesAllThatWasGivenSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linksim.New(1)
		defer n.Close()
		at, _ := n.Listen("hub:443")
		start := time.Now()
		l := n.Link("device", linksim.Profile{RTT: 2 * time.Hour, Every: 10 * time.Hour, Up: 8000})
		device, hub := dial(t, l, at) // there and back by the first and the second bus
		if got := time.Since(start); got != 21*time.Hour {
			t.Fatalf("connected after %v", got)
		}
		write(t, device, 100)
		time.Sleep(8 * time.Hour) // of virtual time, as below
		write(t, device, 100)     // takes the same bus
		time.Sleep(time.Hour - 10*time.Millisecond)
		write(t, device, 100) // is being written to the stick while it leaves
		for i, want := range []time.Duration{31 * time.Hour, 31 * time.Hour, 41 * time.Hour} {
			if _, err := io.ReadFull(hub, make([]byte, 100)); err != nil {
				t.Fatal(err)
			}
			if got := time.Since(start); got != want {
				t.Errorf("text %d after %v, want %v", i, got, want)
			}
		}
		start = time.Now() // an hour after a bus left
		device.Close()
		if _, err := hub.Read(make([]byte, 1)); err != io.EOF || time.Since(start) != 10*time.Hour {
			t.Errorf("the end after %v: %v", time.Since(start), err)
		}
	})
}

func TestRatesAndDelaysAreWhatTheProfileSays(t *testing.T) {
	for _, p := range linksim.Profiles {
		p.Loss, p.UpTime, p.DownTime = 0, 0, 0
		for _, d := range []linksim.Direction{linksim.Up, linksim.Down} {
			t.Run(p.Name+" "+d.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					start := time.Now()
					_, device, hub := join(t, p)
					if got, want := time.Since(start), p.RTT+waits(p, 2); got != want {
						t.Errorf("dialling took %v, want %v", got, want)
					}
					from, to, rate := device, hub, p.Up
					if d == linksim.Down {
						from, to, rate = hub, device, p.Down
					}
					start = time.Now()
					const size = 200_000
					write(t, from, size)
					if got := time.Since(start); got != 0 {
						t.Errorf("Write waited %v", got)
					}
					if _, err := io.ReadFull(to, make([]byte, size)); err != nil {
						t.Fatal(err)
					}
					want := p.RTT/2 + waits(p, 3) - waits(p, 2)
					if rate > 0 && p.Every == 0 {
						want += time.Duration(size * 8 * int64(time.Second) / rate)
					}
					if got := time.Since(start); !near(got, want) {
						t.Errorf("%d bytes took %v, want %v", size, got, want)
					}
				})
			})
		}
	}
}

func TestConnectionsOfALinkShareItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linksim.New(1)
		defer n.Close()
		at, _ := n.Listen("hub:443")
		l := n.Link("device", linksim.Profile{Up: 80_000})
		a, hubA := dial(t, l, at)
		b, hubB := dial(t, l, at)
		start := time.Now()
		write(t, a, 50_000)
		write(t, b, 50_000)
		for _, c := range []net.Conn{hubA, hubB} {
			if _, err := io.ReadFull(c, make([]byte, 50_000)); err != nil {
				t.Fatal(err)
			}
		}
		if got := time.Since(start); !near(got, 10*time.Second) {
			t.Errorf("twice 50,000 bytes at 80 kbit/s took %v, want 10s", got)
		}
	})
}

func TestLossSlowsDownAndLosesNothing(t *testing.T) {
	took := func(seed uint64, loss float64) (d time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			n := linksim.New(seed)
			defer n.Close()
			at, _ := n.Listen("hub:443")
			l := n.Link("device", linksim.Profile{Up: 200_000, RTT: 800 * time.Millisecond, Loss: loss})
			device, hub := dial(t, l, at)
			start := time.Now()
			sent := make([]byte, 200_000)
			for i := range sent {
				sent[i] = byte(i * i >> 7)
			}
			device.Write(sent)
			device.Close()
			got, err := io.ReadAll(hub)
			if err != nil || string(got) != string(sent) {
				t.Fatalf("%d bytes arrived, %v", len(got), err)
			}
			d = time.Since(start)
		})
		return d
	}
	clean, lossy := took(1, 0), took(1, 0.05)
	if lossy < clean*2 {
		t.Errorf("5 %% loss: %v, without: %v; TCP would need more than twice as long", lossy, clean)
	}
	if again := took(1, 0.05); again != lossy {
		t.Errorf("the same seed took %v and %v", lossy, again)
	}
	if other := took(2, 0.05); other == lossy {
		t.Errorf("two seeds took the same %v", lossy)
	}
}

func TestACutAtAnyByteIsAnErrorOnBothEnds(t *testing.T) {
	const request, answer = 40, 30
	for _, p := range []linksim.Profile{{}, {Up: 10_000, Down: 10_000, RTT: 1500 * time.Millisecond}} {
		for d, size := range map[linksim.Direction]int{linksim.Up: request, linksim.Down: answer} {
			for n := 0; n <= size; n++ {
				t.Run(fmt.Sprintf("%d bit/s %v %d", p.Up, d, n), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						l, device, hub := join(t, p)
						l.CutAfter(d, int64(n))
						var asked int
						var hubErr error
						served := make(chan struct{})
						go func() {
							defer close(served)
							asked, hubErr = io.ReadFull(hub, make([]byte, request))
							if hubErr == nil {
								hub.Write(make([]byte, answer))
								_, hubErr = hub.Read(make([]byte, 1))
							}
						}()
						for range request / 8 {
							device.Write(make([]byte, 8))
						}
						answered, err := io.ReadFull(device, make([]byte, answer))
						if err == nil {
							_, err = device.Read(make([]byte, 1))
						}
						<-served
						arrived := asked
						if d == linksim.Down {
							arrived = answered
						}
						if arrived != n {
							t.Errorf("%d bytes arrived", arrived)
						}
						for side, err := range map[string]error{"device": err, "hub": hubErr} {
							if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.ErrUnexpectedEOF) {
								t.Errorf("%s saw %v", side, err)
							}
						}
						if _, err := device.Write([]byte{0}); !errors.Is(err, syscall.ECONNRESET) {
							t.Errorf("writing after the cut: %v", err)
						}
						if got := l.Stats().Cuts; got != 1 {
							t.Errorf("%d cuts counted", got)
						}
					})
				})
			}
		}
	}
}

func TestACutLosesWhatIsOnTheWayAndFreesTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linksim.New(1)
		defer n.Close()
		at, _ := n.Listen("hub:443")
		l := n.Link("device", linksim.Profile{Up: 8_000, RTT: time.Second})
		device, hub := dial(t, l, at)
		write(t, device, 100_000) // 100 s of air
		time.Sleep(10 * time.Second)
		l.Cut()
		got, err := io.ReadAll(hub)
		if !errors.Is(err, syscall.ECONNRESET) || len(got) < 8_000 || len(got) > 10_000 {
			t.Errorf("%d bytes had arrived, then %v", len(got), err)
		}
		if up := l.Stats().BytesUp; up < int64(len(got)) || up > int64(len(got))+2*1400 {
			t.Errorf("%d bytes counted, %d arrived", up, len(got))
		}
		device, hub = dial(t, l, at)
		start := time.Now()
		write(t, device, 1)
		if _, err := hub.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		if wait := time.Since(start); wait > time.Second {
			t.Errorf("a byte after the cut took %v: the dead connection still sends", wait)
		}
	})
}

func TestNobodyDialsWhileTheLinkIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linksim.New(1)
		defer n.Close()
		at, _ := n.Listen("hub:443")
		l := n.Link("device", linksim.Profile{RTT: time.Second})
		device, hub := dial(t, l, at)
		l.Down()
		for _, c := range []net.Conn{device, hub} {
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("an open connection saw %v", err)
			}
		}
		if _, err := l.DialContext(t.Context(), "tcp", "hub:443"); !errors.Is(err, syscall.ENETUNREACH) {
			t.Errorf("dialling while down: %v", err)
		}
		l.Up()
		dial(t, l, at)

		time.AfterFunc(500*time.Millisecond, l.Cut)
		if _, err := l.DialContext(t.Context(), "tcp", "hub:443"); err == nil {
			t.Error("a handshake survived a cut")
		}
		if _, err := l.DialContext(t.Context(), "tcp", "nobody:1"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dialling nobody: %v", err)
		}
		soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := l.DialContext(soon, "tcp", "hub:443"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("dialling without patience: %v", err)
		}
	})
}

func TestTheProfilesOutagesCutAndComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := linksim.Named("2g-rural")
		p.Loss = 0
		n := linksim.New(1)
		defer n.Close()
		at, _ := n.Listen("hub:443")
		start := time.Now()
		l := n.Link("device", p)
		for cycle := range 3 {
			device, _ := dial(t, l, at)
			if _, err := device.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Fatal(err)
			}
			if got, want := time.Since(start), time.Duration(cycle)*35*time.Second+30*time.Second; got != want {
				t.Errorf("outage %d after %v, want %v", cycle, got, want)
			}
			time.Sleep(4900 * time.Millisecond)
			if _, err := l.DialContext(t.Context(), "tcp", "hub:443"); !errors.Is(err, syscall.ENETUNREACH) {
				t.Errorf("dialling during an outage: %v", err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if got := l.Stats(); got.Connections != 3 || got.Cuts != 3 {
			t.Errorf("%+v", got)
		}
	})
}

func TestCutPointsAreFixedByTheSeed(t *testing.T) {
	points := func(seed uint64) (all []int) {
		synctest.Test(t, func(t *testing.T) {
			n := linksim.New(seed)
			defer n.Close()
			at, _ := n.Listen("hub:443")
			l := n.Link("device", linksim.Profile{CutEvery: 20_000, MeanBetweenCuts: time.Hour, Up: 1_000_000, RTT: time.Second})
			for range 20 {
				device, hub := dial(t, l, at)
				device.Write(make([]byte, 100_000))
				device.Close()
				got, _ := io.ReadAll(hub)
				hub.Close()
				all = append(all, len(got))
			}
			if l.Stats().Cuts < 5 {
				t.Errorf("%d cuts in 20 connections", l.Stats().Cuts)
			}
		})
		return all
	}
	one, again, other := fmt.Sprint(points(7)), fmt.Sprint(points(7)), fmt.Sprint(points(8))
	if one != again {
		t.Errorf("seed 7 cut after\n%s and then after\n%s", one, again)
	}
	if one == other {
		t.Errorf("seeds 7 and 8 both cut after %s", one)
	}
}

func TestDeadlinesEndAReadThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, device, hub := join(t, linksim.Profile{RTT: time.Second})
		start := time.Now()
		device.SetReadDeadline(start.Add(time.Minute))
		_, err := device.Read(make([]byte, 1))
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() || time.Since(start) != time.Minute {
			t.Errorf("after %v: %v", time.Since(start), err)
		}

		device.SetDeadline(time.Time{})
		time.AfterFunc(time.Minute, func() { device.SetDeadline(time.Now()) })
		if _, err := device.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a deadline set during the read: %v", err)
		}
		if _, err := device.Write([]byte{1}); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("writing after the deadline: %v", err)
		}
		device.SetDeadline(time.Time{})
		write(t, device, 1)
		if _, err := hub.Read(make([]byte, 1)); err != nil {
			t.Errorf("after the deadline was lifted: %v", err)
		}
	})
}

func TestCloseHandsOverWhatWasWrittenThenEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, device, hub := join(t, linksim.Profile{Up: 8_000, RTT: time.Second})
		write(t, device, 5_000)
		device.Close()
		if got, err := io.ReadAll(hub); len(got) != 5_000 || err != nil {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if _, err := hub.Write([]byte{1}); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("writing to one who has closed: %v", err)
		}
		if _, err := device.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("reading after Close: %v", err)
		}
	})
}

func TestWhoNeverReadsIsNotServedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, device, hub := join(t, linksim.Profile{})
		var err error
		for i := 0; i < 100 && err == nil; i++ {
			_, err = device.Write(make([]byte, 1<<20))
		}
		if !errors.Is(err, linksim.ErrFull) {
			t.Errorf("100 MiB unread: %v", err)
		}
		if _, err := hub.Write([]byte{1}); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the other end saw %v", err)
		}
	})
}

func TestClosingTheNetworkFreesEverybodyInIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linksim.New(1)
		at, _ := n.Listen("hub:443")
		l := n.Link("device", linksim.Profile{RTT: time.Hour, UpTime: 2 * time.Hour, DownTime: time.Hour})
		device, _ := dial(t, l, at)
		ended := make(chan error, 3)
		go func() { _, err := device.Read(make([]byte, 1)); ended <- err }()
		go func() { _, err := at.Accept(); ended <- err }()
		go func() { _, err := l.DialContext(context.Background(), "tcp", "hub:443"); ended <- err }()
		synctest.Wait()
		n.Close()
		for range 3 {
			if err := <-ended; err == nil {
				t.Error("somebody went on as if nothing was")
			}
		}
		if _, err := n.Listen("hub:443"); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}
