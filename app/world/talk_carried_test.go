package world

import (
	"context"
	"testing"
	"time"

	"baraza.example/sync/exchange"
)

// Devices are carried from hub to hub: a question comes by one, its reply goes by another,
// and its receipt comes by a third or by the first again. None ever meets the centre.
func TestADeviceThatChangesHubsHearsEachQuestionOnce(t *testing.T) {
	talkedAbout(t, 20, amongHubs)
}

// Links and sticks by turns: a hub that has only new sticks to go up with, and devices that
// from one day on meet only sticks after all they sent had gone by a hub.
func TestADeviceThatGoesFromHubsToSticksHearsEachQuestionOnce(t *testing.T) {
	talkedAbout(t, 6, hubsAndSticks)
}

// A wandering knows at which hub each device is.
type wandering struct {
	*play
	dir   func() string
	at    map[*Device]int
	still bool // faults have stopped
	// upward is how a hub goes to the centre, or to another hub.
	upward func(context.Context, *Hub)
}

func newWandering(p *play, dir func() string) *wandering {
	return &wandering{play: p, dir: dir, at: map[*Device]int{}}
}

// amongHubs has devices at one hub at a time. Of three hubs the last is behind the first.
func amongHubs(p *play, dir func() string) conversation {
	c := newWandering(p, dir)
	c.upward = func(ctx context.Context, h *Hub) {
		to := CentreName
		if hubs := p.world.hubs; len(hubs) > 2 && h == hubs[2] {
			to = hubs[0].Name
		}
		c.goUp(ctx, h, to)
	}
	return conversation{act: c.act, settle: c.settleAmongHubs, hubs: 2 + p.r.IntN(2)}
}

func (c *wandering) goUp(ctx context.Context, h *Hub, to string) {
	if c.still {
		c.whole(ctx, h.Name, to, h.Contact)
	} else {
		c.meet(ctx, h.Name, to, h.Contact)
	}
}

// whole runs one contact over a link that is not cut.
func (p *play) whole(ctx context.Context, from, to string, contact func(context.Context, string) (exchange.Report, error)) {
	p.world.Mend(from, to)
	r, err := contact(ctx, to)
	p.say("%s meets %s: sent %d, receipts %d, %v", from, to, r.Sent, r.Receipts, err)
}

// act lets one thing happen.
func (c *wandering) act(ctx context.Context) error {
	w := c.world
	d := w.devices[c.r.IntN(len(w.devices))]
	h := w.hubs[c.r.IntN(len(w.hubs))]
	c.wait(time.Duration(c.r.Int64N(int64(time.Hour))))
	switch c.r.IntN(10) {
	case 0, 1:
		return c.respond(ctx, d)
	case 2, 3, 4:
		to := w.hubs[c.at[d]].Name
		c.meet(ctx, d.Name, to, d.Contact)
	case 5, 6, 7:
		c.upward(ctx, h)
	case 8:
		c.carryOn(d)
	case 9:
		c.kills++
		c.say("kill %s or %s", d.Name, h.Name)
		if c.r.IntN(2) == 0 {
			return h.Kill(ctx)
		}
		return d.Kill(ctx)
	}
	return nil
}

// carryOn brings a device to another hub.
func (c *wandering) carryOn(d *Device) {
	n := len(c.world.hubs)
	c.at[d] = (c.at[d] + 1 + c.r.IntN(n-1)) % n
	c.say("%s is carried to %s", d.Name, c.world.hubs[c.at[d]].Name)
}

// settleAmongHubs carries each device on once more. From there every other one stays, and
// the others go on round.
func (c *wandering) settleAmongHubs(ctx context.Context) error {
	c.still = true
	for round := range contacts {
		for i, d := range c.world.devices {
			if round == 0 || i%2 == 1 {
				c.carryOn(d)
			}
			c.whole(ctx, d.Name, c.world.hubs[c.at[d]].Name, d.Contact)
		}
		for _, h := range c.world.hubs {
			c.upward(ctx, h)
		}
		c.wait(time.Hour)
	}
	return nil
}

// hubsAndSticks has one hub with a link, and one that has nothing but a new stick whenever it
// wants to go up.
func hubsAndSticks(p *play, dir func() string) conversation {
	c := newWandering(p, dir)
	c.upward = func(ctx context.Context, h *Hub) {
		if h == p.world.hubs[0] {
			c.goUp(ctx, h, CentreName)
			return
		}
		s := p.world.AddStick(dir())
		p.visited(h.Name, s, h.Visit)
		if !c.still && p.r.IntN(4) == 0 {
			p.spoiled++
			p.say("the stick is lost on the way up")
			return
		}
		p.visited("the centre", s, p.world.centre.Visit)
		if !c.still && p.r.IntN(4) == 0 {
			p.spoiled++
			p.say("the stick is lost on the way down")
			return
		}
		p.visited(h.Name, s, h.Visit)
	}
	return conversation{act: c.act, settle: c.settleWithSticks, hubs: 2}
}

// settleWithSticks leaves a third of the devices at the hub without a link. Another third
// meets only a stick that goes to the hub with the link, the last one that goes to the centre.
func (c *wandering) settleWithSticks(ctx context.Context) error {
	c.still = true
	w := c.world
	toHub, toCentre := w.AddStick(c.dir()), w.AddStick(c.dir())
	for range contacts {
		for i, d := range w.devices {
			switch i % 3 {
			case 0:
				c.whole(ctx, d.Name, w.hubs[1].Name, d.Contact)
			case 1:
				c.visited(d.Name, toHub, d.Visit)
			default:
				c.visited(d.Name, toCentre, d.Visit)
			}
		}
		c.visited(w.hubs[0].Name, toHub, w.hubs[0].Visit)
		c.visited("the centre", toCentre, w.centre.Visit)
		for _, h := range w.hubs {
			c.upward(ctx, h)
		}
		c.wait(time.Hour)
	}
	return nil
}
