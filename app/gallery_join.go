package app

import (
	"baraza.example/app/workspace"
	"baraza.example/sync/identity"
)

// showOffer shows what an invite says.
func (a *App) showOffer() {
	j := &joining{a: a, offer: &workspace.Offer{Name: "Secretariat of the working group", First: 7400,
		Invite: identity.Invite{Consultation: a.consultation.ID, Addresses: []string{"https://centre.example:8443", "https://hub.example"}, Root: identity.ID{7, 1, 9}}}}
	a.start(place{draw: j.draw})
}

// showLeavingOf shows what becomes of what is here when the consultation is left.
func (a *App) showLeavingOf(l workspace.Leaving) {
	a.start(place{draw: func() screen { return a.leaving(l) }})
}

// leavingSamples are what is said before a consultation is left, and what stands there then.
func (a *App) leavingSamples() []sample {
	return []sample{
		{"leave", func() { a.showLeavingOf(workspace.Leaving{Drafts: 2, Received: 3}) }},
		{"leave-waiting", func() { a.showLeavingOf(workspace.Leaving{Drafts: 1, Waiting: 2, Bytes: 3420, Received: 3}) }},
		{"home-left", func() {
			a.chosen.Rules.Left = a.clock().Unix() - 90_000
			defer func() { a.chosen.Rules.Left = 0 }()
			a.homeWith(mine{read: true, items: a.sampleItems(), joined: true})()
		}},
	}
}
