package workspace

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// network knows the default gateway by its hardware address: another net with the same
// numbers is another one. Where NetworkManager runs it tells the name, and whether the
// net is metered. Android lets no program read these files.
func network() (n Network) {
	routes, err := os.ReadFile("/proc/net/route")
	if err != nil {
		return n
	}
	device, gateway, found := defaultRoute(routes)
	if !found {
		return n
	}
	arp, _ := os.ReadFile("/proc/net/arp") // without it the address has to do
	return describeNetwork(device, gateway, hardware(arp, gateway, device), managed(device))
}

func describeNetwork(device string, gateway netip.Addr, hardware string, said []byte) (n Network) {
	sum := sha256.Sum256([]byte(device + " " + gateway.String() + " " + hardware))
	if gateway.IsUnspecified() { // a modem has no gateway
		sum = sha256.Sum256([]byte(device))
	}
	n.ID, n.Name = hex.EncodeToString(sum[:8]), device
	for line := range strings.Lines(string(said)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch {
		case key == "GENERAL.CONNECTION" && value != "" && value != "--":
			n.Name = strings.ReplaceAll(value, `\:`, ":")
		case key == "GENERAL.METERED" && strings.HasPrefix(value, "yes"):
			n.Metered = new(true)
		case key == "GENERAL.METERED" && value == "no": // not "no (guessed)": a telephone may be behind the router
			n.Metered = new(false)
		}
	}
	if n.Metered == nil && modem(device) {
		n.Metered = new(true)
	}
	return n
}

// modem reports whether a device is one of mobile telephony, by the names that Linux gives.
func modem(device string) bool {
	for _, prefix := range []string{"wwan", "ppp", "rmnet", "wwp"} {
		if strings.HasPrefix(device, prefix) {
			return true
		}
	}
	return false
}

// defaultRoute finds the way out with the smallest metric in /proc/net/route.
func defaultRoute(table []byte) (device string, gateway netip.Addr, found bool) {
	best := 0
	for line := range bytes.Lines(table) {
		f := strings.Fields(string(line))
		if len(f) < 8 || f[1] != "00000000" || f[7] != "00000000" {
			continue
		}
		metric, err := strconv.Atoi(f[6])
		raw, err2 := hex.DecodeString(f[2])
		if err != nil || err2 != nil || len(raw) != 4 || found && metric >= best {
			continue
		}
		device, gateway, found, best = f[0], netip.AddrFrom4([4]byte{raw[3], raw[2], raw[1], raw[0]}), true, metric
	}
	return device, gateway, found
}

// hardware finds the hardware address of a gateway in /proc/net/arp.
func hardware(table []byte, gateway netip.Addr, device string) string {
	for line := range bytes.Lines(table) {
		f := strings.Fields(string(line))
		if len(f) >= 6 && f[0] == gateway.String() && f[5] == device && f[3] != "00:00:00:00:00:00" {
			return f[3]
		}
	}
	return ""
}

// managed is what NetworkManager says of a device, if it runs.
func managed(device string) []byte {
	program, err := exec.LookPath("nmcli")
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	said, _ := exec.CommandContext(ctx, program, "-t", "-f", "GENERAL.CONNECTION,GENERAL.METERED", "device", "show", device).Output()
	return said
}
