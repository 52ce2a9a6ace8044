package app

import (
	"time"

	"baraza.example/app/workspace"
)

// samplePlan is what two texts and a photograph take.
func samplePlan(now time.Time) prospect {
	return prospect{Estimate: workspace.Estimate{Records: 3, Text: 3420, Files: 212_000, Down: 800, Around: 3600}, spent: 41_000, left: -1,
		plan: workspace.Plan{Next: now.Add(11 * time.Minute)}}
}

// sampleOver is more than what is left of a day.
func sampleOver() prospect {
	return prospect{Estimate: workspace.Estimate{Records: 3, Text: 3420, Staying: 212_000, Down: 800, Around: 2100}, spent: 196_000, left: 4000, budget: 200_000,
		plan: workspace.Plan{Why: workspace.HoldPaused}}
}

// sampleRuns are lines of an account as it is after some days.
func sampleRuns(now time.Time) []workspace.Run {
	ago := func(d time.Duration) int64 { return now.Add(-d).Unix() }
	var someone [16]byte
	someone[0] = 1
	return []workspace.Run{
		{Began: ago(time.Hour), Ended: ago(time.Hour), Tries: 1, ByHand: true, Road: "https://192.168.8.1:8445", Peer: someone, Role: workspace.RoleHub, Name: "Radio Mwalo",
			Records: 2, Receipts: 1, Up: 1312, Down: 604, Link: 3790, Said: 3512, Complete: true},
		{Began: ago(30 * time.Hour), Ended: ago(9 * time.Hour), Tries: 41, Road: "https://centre.example", Failed: true, Trouble: workspace.TroubleNoRoute},
		{Began: ago(31 * time.Hour), Ended: ago(31 * time.Hour), Tries: 1, Road: "https://centre.example", Peer: someone, Role: workspace.RoleCentre, Records: 1, Leaves: 23,
			Up: 194_300, Down: 2100, Link: 199_800, Said: 214_000, Held: workspace.HoldBudget},
	}
}
