package httpsync

import (
	"net"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"baraza.example/sync/exchange"
)

// pulse says how a TCP connection does.
func pulse(c net.Conn) (p exchange.Pulse, known bool) {
	t, ok := c.(*net.TCPConn)
	if !ok {
		return p, false
	}
	raw, err := t.SyscallConn()
	if err != nil {
		return p, false
	}
	info, err := tcpInfo(raw)
	if err != nil {
		return p, false
	}
	var control string
	raw.Control(func(fd uintptr) { // where it can't be told, it is "", which is none
		control, _ = unix.GetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION)
	})
	return exchange.Pulse{
		Heard:   time.Now().Add(-time.Duration(info.Last_ack_recv) * time.Millisecond),
		Waiting: info.Unacked > 0, // what is not sent waits for a server that has no room, or at the brake
		Trip:    time.Duration(info.Rtt) * time.Microsecond,

		Shortest:   time.Duration(info.Min_rtt) * time.Microsecond,
		Undeterred: strings.HasPrefix(control, "bbr"),
	}, true
}
