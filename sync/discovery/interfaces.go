package discovery

import (
	"net"
	"net/netip"
)

// A network is one that this machine is in, by an interface of it. Where there is no
// router, as around a hub that is its own access point, or where devices drew
// addresses of their own (169.254.0.0/16, RFC 3927), the system knows no way for
// multicast: each network is asked by itself.
type network struct {
	iface net.Interface
	addrs []netip.Prefix // IPv4
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

// ownAddresses lists the IPv4 addresses and nets of this machine.
func ownAddresses() []netip.Prefix { return addressesOf(net.InterfaceAddrs()) }

func addressesOf(found []net.Addr, err error) (all []netip.Prefix) {
	if err != nil {
		return nil
	}
	for _, a := range found {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
			all = append(all, p)
		}
	}
	return all
}
