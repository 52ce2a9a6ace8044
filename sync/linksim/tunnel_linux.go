package linksim

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Tunnel is a bad link between two network namespaces of the kernel, for real
// processes with real TCP: what goes into one end comes out of the other late,
// slowly or not at all. It needs root and the command ip (iproute2). The kernel's
// own netem is often missing.
//
// When the link has been down, flows from before are black holes, as behind a
// network address translator that has forgotten them: that is what 2G and
// satellites do to a connection, and worse than a reset.
type Tunnel struct {
	// Near and Far are the names of the namespaces; Address is where Far is
	// reached from Near. "ip netns exec NAME …" runs a process there.
	Near, Far string
	Address   string

	profile Profile
	cancel  context.CancelFunc
	ends    [2]*os.File
	wait    sync.WaitGroup

	mu    sync.Mutex
	up    bool
	epoch int
	flows map[uint32]int // port of the near side to the epoch it began in
	stats Stats

	started time.Time
	seen    []*Flow
	ports   map[uint32]*Flow // the last flow of a port of the near side
	changes []time.Duration  // when the link went away and came back, in turns
}

// StartTunnel makes a tunnel; number (1 to 254) is its network 10.77.number.0/24.
func StartTunnel(number int, p Profile, seed uint64) (*Tunnel, error) {
	t := &Tunnel{Near: fmt.Sprintf("baraza-%d-near", number), Far: fmt.Sprintf("baraza-%d-far", number), Address: fmt.Sprintf("10.77.%d.2", number),
		profile: p, up: true, flows: map[uint32]int{}, started: time.Now(), ports: map[uint32]*Flow{}}
	for d, end := range []struct{ namespace, address string }{{t.Near, fmt.Sprintf("10.77.%d.1/24", number)}, {t.Far, t.Address + "/24"}} {
		device := fmt.Sprintf("bz%d-%d", number, d)
		file, err := openTUN(device)
		if err != nil {
			return nil, errors.Join(err, t.Close())
		}
		t.ends[d] = file
		_ = ip("netns", "del", end.namespace) // of a run that was killed
		for _, words := range []string{"netns add " + end.namespace, "link set " + device + " netns " + end.namespace,
			"-n " + end.namespace + " addr add " + end.address + " dev " + device, "-n " + end.namespace + " link set " + device + " mtu 1400 up",
			"-n " + end.namespace + " link set lo up"} {
			if err := ip(strings.Fields(words)...); err != nil {
				return nil, errors.Join(err, t.Close())
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel = cancel
	for _, d := range []Direction{Up, Down} {
		t.wait.Go(func() { t.carry(ctx, d, rand.New(rand.NewPCG(seed, uint64(d)))) })
	}
	t.wait.Go(func() { t.outages(ctx, rand.New(rand.NewPCG(seed, 99))) })
	return t, nil
}

func ip(words ...string) error {
	out, err := exec.Command("ip", words...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %s: %w", strings.Join(words, " "), strings.TrimSpace(string(out)), err)
	}
	return nil
}

func openTUN(name string) (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/net/tun (a tunnel needs root): %w", err)
	}
	var request [40]byte // struct ifreq
	copy(request[:15], name)
	binary.NativeEndian.PutUint16(request[16:], unix.IFF_TUN|unix.IFF_NO_PI)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TUNSETIFF, uintptr(unsafe.Pointer(&request))); errno != 0 {
		unix.Close(fd)
		return nil, fmt.Errorf("make the network device %s (a tunnel needs root): %w", name, errno)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// Close takes the link and its namespaces away.
func (t *Tunnel) Close() error {
	if t.cancel != nil {
		t.cancel()
	}
	var errs []error
	for _, end := range t.ends {
		if end != nil {
			errs = append(errs, end.Close())
		}
	}
	t.wait.Wait()
	for _, name := range []string{t.Near, t.Far} {
		_ = ip("netns", "del", name) // it may never have been made
	}
	return errors.Join(errs...)
}

// SetCongestionControl has TCP at both ends take losses as the kernel's module of that
// name does: for connections that are opened from now on.
func (t *Tunnel) SetCongestionControl(name string) error {
	for _, namespace := range []string{t.Near, t.Far} {
		setting := "net.ipv4.tcp_congestion_control=" + name
		if out, err := exec.Command("ip", "netns", "exec", namespace, "sysctl", "-q", "-w", setting).CombinedOutput(); err != nil {
			return fmt.Errorf("set %s: %s: %w", setting, strings.TrimSpace(string(out)), err)
		}
	}
	return nil
}

// Stats counts the bytes of TCP and UDP that went in at either end, without the
// heads of IP, TCP and UDP and with what was sent twice; Cuts counts outages.
func (t *Tunnel) Stats() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stats
}

// outages takes the link down and brings it back.
func (t *Tunnel) outages(ctx context.Context, random *rand.Rand) {
	p := t.profile
	if p.UpTime <= 0 && p.MeanBetweenCuts <= 0 {
		return
	}
	for {
		up := p.UpTime
		if up <= 0 {
			up = time.Duration(random.ExpFloat64() * float64(p.MeanBetweenCuts))
		}
		if !sleep(ctx, up) {
			return
		}
		t.mu.Lock()
		t.up = false
		t.stats.Cuts++
		t.changes = append(t.changes, time.Since(t.started))
		t.mu.Unlock()
		if !sleep(ctx, p.DownTime) {
			return
		}
		t.mu.Lock()
		t.up = true
		t.epoch++
		t.changes = append(t.changes, time.Since(t.started))
		t.mu.Unlock()
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

const (
	tunnelled = 64 << 10 // bytes that wait for the line; more are dropped
)

// carry takes packets of one direction from their end to the other.
func (t *Tunnel) carry(ctx context.Context, d Direction, random *rand.Rand) {
	from, to := t.ends[d], t.ends[1-d]
	way := make(chan parcel, 4096)
	defer close(way)
	t.wait.Go(func() {
		for p := range way {
			if sleep(ctx, time.Until(p.due)) && t.isUp() {
				to.Write(p.data) // a device that is gone ends carry as well
			}
		}
	})
	var free, last time.Time
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		packet := append([]byte(nil), buffer[:n]...)
		unlucky := random.Float64() < t.profile.loss()
		if !t.admits(d, packet, unlucky) {
			continue
		}
		now, rate := time.Now(), t.profile.rate(d)
		free = latest(now, free)
		if rate > 0 {
			if free.Sub(now).Seconds()*float64(rate)/8+float64(n) > tunnelled {
				continue
			}
			free = free.Add(airtime(n, rate))
		}
		if unlucky {
			continue
		}
		last = latest(free.Add(t.profile.RTT/2), last)
		select {
		case way <- parcel{packet, last}:
		default:
		}
	}
}

func (t *Tunnel) isUp() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.up
}

// admits counts a packet and says whether the link takes it: not while it is
// down, and not of a flow that was there before it went down. One that is unlucky
// takes its time on the line and is lost then.
func (t *Tunnel) admits(d Direction, packet []byte, unlucky bool) bool {
	if len(packet) < 20 || packet[0]>>4 != 4 {
		return false
	}
	head := int(packet[0]&15) * 4
	if packet[9] == unix.IPPROTO_UDP {
		return t.admitsUDP(d, packet, head)
	}
	if packet[9] != unix.IPPROTO_TCP {
		return false
	}
	if len(packet) < head+20 {
		return false
	}
	segment := packet[head:]
	t.mu.Lock()
	defer t.mu.Unlock()
	near := uint32(binary.BigEndian.Uint16(segment[2*d:]))
	fate := t.judge(d, near, segment[13]&0x12 == 0x02) // SYN without ACK
	if fate == carried && unlucky {
		fate = lost
	}
	if f := t.ports[near]; f != nil {
		f.note(d, segment, time.Since(t.started), fate)
	}
	if fate == away || fate == forgotten {
		return false
	}
	t.stats.add(d, int64(len(segment))-int64(segment[12]>>4)*4)
	return true
}

// admitsUDP is admits for a datagram: a translator that has forgotten its flow makes
// another for the first one that goes up.
func (t *Tunnel) admitsUDP(d Direction, packet []byte, head int) bool {
	if len(packet) < head+8 {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	flow := 1<<16 | uint32(binary.BigEndian.Uint16(packet[head+2*int(d):])) // beside the ports of TCP
	if began, known := t.flows[flow]; t.up && d == Up && (!known || began != t.epoch) {
		t.flows[flow] = t.epoch
		if !known {
			t.stats.Connections++
		}
	}
	if began, known := t.flows[flow]; !t.up || !known || began != t.epoch {
		return false
	}
	t.stats.add(d, int64(len(packet)-head-8))
	return true
}

// judge says what happens to a packet of the flow from a port, and begins flows.
func (t *Tunnel) judge(d Direction, near uint32, opening bool) fate {
	if opening && d == Up && t.ports[near] == nil {
		f := &Flow{Opened: time.Since(t.started)}
		t.seen, t.ports[near] = append(t.seen, f), f
	}
	if !t.up {
		return away
	}
	began, known := t.flows[near]
	switch {
	case d == Up && (!known || opening && began != t.epoch):
		t.flows[near] = t.epoch
		if opening {
			t.stats.Connections++
		}
	case !known || began != t.epoch:
		return forgotten
	}
	return carried
}
