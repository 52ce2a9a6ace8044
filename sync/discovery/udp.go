package discovery

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// The packets: a question is longer than any answer, so that nobody can use a
// hub to flood somebody else whose address he gives as his own.
const (
	magicAsk    = "baraza?1"
	magicAnswer = "baraza!1"
	nonceSize   = 8
	askSize     = 512
	answersRate = 50   // a second
	maxPacket   = 9000 // bytes of one that is read (RFC 6762, 17)
)

// told is an answer's JSON.
type told struct {
	Name string `json:"name"`
	Pin  string `json:"pin"`
	Port uint16 `json:"port"`
}

// answer listens for questions over IPv4 and IPv6 and answers them until it is stopped.
func answer(h Hub, o Options) (stop func() error, err error) {
	stop, err = answerOver("udp4", h, o)
	six, failed := answerOver("udp6", h, o)
	switch {
	case failed != nil: // a system without IPv6
		return stop, err
	case err != nil:
		return six, nil
	}
	four := stop
	return func() error { return errors.Join(four(), six()) }, nil
}

func answerOver(family string, h Hub, o Options) (stop func() error, err error) {
	body, err := json.Marshal(told(h))
	if err != nil {
		return nil, err
	}
	if len(magicAnswer)+nonceSize+len(body) > askSize {
		return nil, ErrHub
	}
	c, err := net.ListenUDP(family, &net.UDPAddr{Port: int(o.Port)})
	if err != nil {
		return nil, fmt.Errorf("listen for questions: %w", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, askSize+1)
		second, n := time.Now(), 0
		for {
			size, from, err := c.ReadFromUDPAddrPort(b)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil || size != askSize || !bytes.HasPrefix(b, []byte(magicAsk)) {
				continue
			}
			if time.Since(second) > time.Second {
				second, n = time.Now(), 0
			}
			if n++; n > answersRate {
				continue
			}
			nonce := b[len(magicAsk) : len(magicAsk)+nonceSize]
			// Who asked may have gone: the next question comes soon.
			_, _ = c.WriteToUDPAddrPort(slices.Concat([]byte(magicAnswer), nonce, body), from)
		}
	}()
	return func() error {
		err := c.Close()
		<-done
		return err
	}, nil
}

// ask broadcasts questions and gathers answers until ctx ends.
func ask(ctx context.Context, o Options, g *gathering) error {
	var ways sync.WaitGroup
	if to := o.groups(); len(to) > 0 {
		ways.Go(func() {
			if err := askOver(ctx, "udp6", to, g); err != nil {
				o.Logger.DebugContext(ctx, "a way to look for hubs is closed", "err", err)
			}
		})
	}
	defer ways.Wait()
	return askOver(ctx, "udp4", o.targets(), g)
}

func askOver(ctx context.Context, family string, targets []netip.AddrPort, g *gathering) error {
	c, err := net.ListenUDP(family, nil)
	if err != nil {
		return fmt.Errorf("ask for hubs: %w", err)
	}
	question := make([]byte, askSize)
	copy(question, magicAsk)
	nonce := question[len(magicAsk) : len(magicAsk)+nonceSize]
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	return converse(ctx, c, question, targets, func(b []byte, from netip.AddrPort) {
		if f, ok := readAnswer(b, nonce); ok {
			f.Addr = from.Addr() // whatever it says: an answer is for where it comes from
			g.add(f, f.Addr)
		}
	})
}

// converse asks on c again and again, for packets get lost, and reads what comes until ctx
// ends; then it closes c. Only where no question could be sent at all there is an error.
func converse(ctx context.Context, c *net.UDPConn, question []byte, targets []netip.AddrPort, read func(b []byte, from netip.AddrPort)) error {
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	sent := make(chan error)
	go func() {
		defer close(sent)
		var failed error
		asked := false
		for ctx.Err() == nil {
			for _, to := range targets {
				// A net that doesn't take broadcasts is not the only one.
				if _, err := c.WriteToUDPAddrPort(question, to); err == nil {
					asked = true
				} else if ctx.Err() == nil {
					failed = err
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
		if !asked && failed != nil {
			sent <- fmt.Errorf("ask for hubs: %w", failed)
		}
	}()
	b := make([]byte, maxPacket)
	for {
		n, from, err := c.ReadFromUDPAddrPort(b)
		if errors.Is(err, net.ErrClosed) {
			break
		}
		if err != nil { // as when nobody listens at an address
			if ctx.Err() != nil {
				break
			}
			continue
		}
		read(b[:n], from)
	}
	c.Close()
	return <-sent
}

// readAnswer reads what came for a question.
func readAnswer(b, nonce []byte) (f Found, ok bool) {
	rest, found := bytes.CutPrefix(b, []byte(magicAnswer))
	if !found || len(rest) < nonceSize || !bytes.Equal(rest[:nonceSize], nonce) || len(b) > askSize {
		return f, false
	}
	var t told
	if json.Unmarshal(rest[nonceSize:], &t) != nil {
		return f, false
	}
	f.Hub = Hub(t)
	return f, f.check() == nil
}

// targets are the broadcast addresses of all nets, and this machine itself.
func (o Options) targets() []netip.AddrPort {
	if o.Targets != nil {
		return slices.DeleteFunc(slices.Clone(o.Targets), func(a netip.AddrPort) bool { return a.Addr().Is6() })
	}
	all := []netip.AddrPort{netip.AddrPortFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), o.Port), netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), o.Port)}
	for _, p := range ownAddresses() {
		if !p.Addr().Is4() || p.Addr().IsLoopback() || p.Bits() > 30 {
			continue
		}
		last := p.Masked().Addr().As4()
		for bit := p.Bits(); bit < 32; bit++ {
			last[bit/8] |= 1 << (7 - bit%8)
		}
		all = append(all, netip.AddrPortFrom(netip.AddrFrom4(last), o.Port))
	}
	return all
}

// groups are all machines (RFC 4291, 2.7.1) of each net that has IPv6 alone.
func (o Options) groups() (all []netip.AddrPort) {
	if o.Targets != nil {
		return slices.DeleteFunc(slices.Clone(o.Targets), func(a netip.AddrPort) bool { return a.Addr().Is4() })
	}
	for _, n := range networks() {
		if n.six() {
			all = append(all, netip.AddrPortFrom(netip.IPv6LinkLocalAllNodes().WithZone(n.iface.Name), o.Port))
		}
	}
	return all
}
