package discovery

import (
	"net"
	"net/netip"
	"slices"
)

// A network is one that this machine is in, by an interface of it. Where there is no
// router, as around a hub that is its own access point, or where devices drew
// addresses of their own (169.254.0.0/16, RFC 3927), the system knows no way for
// multicast: each network is asked by itself.
type network struct {
	iface net.Interface
	addrs []netip.Prefix
}

// six reports whether it has IPv6 and nothing else for this machine.
func (n network) six() bool {
	return !slices.ContainsFunc(n.addrs, func(p netip.Prefix) bool { return p.Addr().Is4() })
}

// same reports whether two are one network at the same addresses.
func (n network) same(o network) bool {
	return n.iface.Index == o.iface.Index && slices.Equal(n.addrs, o.addrs)
}

// networks lists those that take multicast.
func networks() (all []network) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagMulticast == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		if n := (network{i, addressesOf(i.Addrs())}); len(n.addrs) > 0 {
			all = append(all, n)
		}
	}
	return all
}

// ownAddresses lists the addresses and nets of this machine.
func ownAddresses() []netip.Prefix { return addressesOf(net.InterfaceAddrs()) }

func addressesOf(found []net.Addr, err error) (all []netip.Prefix) {
	if err != nil {
		return nil
	}
	for _, a := range found {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			all = append(all, p)
		}
	}
	return all
}
