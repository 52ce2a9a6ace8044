package workspace

import "testing"

const routes = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n" +
	"wwan0\t00000000\t00000000\t0001\t0\t0\t700\t00000000\t0\t0\t0\n" +
	"wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n" +
	"wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n"

func TestANetworkIsKnownByItsGateway(t *testing.T) {
	device, gateway, found := defaultRoute([]byte(routes))
	if !found || device != "wlan0" || gateway.String() != "192.168.1.1" {
		t.Fatalf("the way out is %s at %v", gateway, device)
	}
	arp := "IP address       HW type     Flags       HW address            Mask     Device\n192.168.1.1      0x1         0x2         c2:ae:13:b1:0b:27     *        wlan0\n"
	mac := hardware([]byte(arp), gateway, device)
	one := describeNetwork(device, gateway, mac, []byte("GENERAL.CONNECTION:Radio Mwalo\nGENERAL.METERED:no (guessed)\n"))
	if one.Name != "Radio Mwalo" || one.Metered != nil || mac == "" {
		t.Errorf("%+v, hardware %q", one, mac)
	}
	if other := describeNetwork(device, gateway, "02:00:00:00:00:01", nil); other.ID == one.ID || other.ID == "" {
		t.Error("two nets with the same numbers are taken for one")
	}
	if hot := describeNetwork(device, gateway, mac, []byte("GENERAL.METERED:yes (guessed)\n")); hot.Metered == nil || !*hot.Metered {
		t.Errorf("%+v", hot)
	}
	if modem := describeNetwork("wwan0", gateway, "", nil); modem.Metered == nil || !*modem.Metered {
		t.Errorf("%+v", modem)
	}
	if _, _, found := defaultRoute([]byte("Iface\n\nx y z\nwlan0\t00000000\tzz\t1\t0\t0\tq\t00000000\t0\n")); found {
		t.Error("a way out was found in nonsense")
	}
}
