package app

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/picture"
	"baraza.example/sync/identity"
)

// sampleWords are nobody's.
var sampleWords = workspace.Words("sixteen letters.")

// sampleRequest is that of a device that nobody has.
var sampleRequest = identity.Request{DeviceKey: make([]byte, 32), Device: "village tablet", Signature: make([]byte, 64)}

// sampleCard is that of a device that nobody has, and always the same.
func sampleCard() identity.Card {
	key := func(seed string) ed25519.PublicKey {
		return ed25519.NewKeyFromSeed([]byte(seed)).Public().(ed25519.PublicKey)
	}
	return identity.Card{OrgKey: key("the seed of a sample organisation"[:32]), DeviceKey: key("the seed of a sample device's key"[:32]),
		Org: "Ujirani Cooperative", Device: "office laptop", Certificate: make([]byte, ed25519.SignatureSize)}
}

// sampleDevices are three of one organisation.
func (a *App) sampleDevices() []workspace.OrgDevice {
	added := a.clock().Add(-50 * time.Hour).Unix()
	all := []workspace.OrgDevice{{Name: "office laptop", Self: true}, {Name: "village tablet", Added: added}, {Name: "old laptop", Added: added, Revoked: added + 80_000}}
	for i := range all {
		all[i].ID[0] = byte(40 + 77*i)
	}
	return all
}

// safetySamples are the screens of locks, recovery and backup, on a device that
// three people share.
func (a *App) safetySamples() []sample {
	if a.o.People == nil {
		a.o.People = workspace.OpenPeople(filepath.Join(os.TempDir(), "baraza-gallery-of-nobody"), workspace.Options{})
	}
	people := []workspace.Person{{ID: "first", Locked: true}, {ID: "1-bato", Number: 1, Word: "bato", Locked: true, Delay: 8 * time.Second}, {ID: "2-nuli", Number: 2, Word: "nuli"}}
	none, all := safety{read: true, people: people[:1]}, safety{read: true, passphrase: true, words: true, people: people}
	// inside and outside show a screen as it is with such locks.
	inside := func(s safety, draw func() screen) func() {
		return func() {
			a.start(place{draw: func() screen {
				a.safe = s
				return draw()
			}})
		}
	}
	unlock := func(change func(*unlocking)) func() {
		return func() {
			u := &unlocking{a: a, who: people[1], shared: true}
			change(u)
			a.start(place{draw: u.draw})
		}
	}
	recovery := func(asking bool) func() screen {
		r := &recovering{a: a, recovery: &workspace.Recovery{Words: sampleWords, Ask: [2]int{3, 11}}, asking: asking}
		return r.draw
	}
	backup := func(at int64, what locale.ID) func() screen {
		return func() screen {
			w := &work{a: a}
			if what != "" {
				w.what, w.done, w.total = a.words.Say(what), 400_000, 1_300_000
			}
			a.chosen.Backup, a.chosen.BackedUp = "", at
			if at > 0 {
				a.chosen.Backup = "/media/stick/baraza-ZYPE-FT0Y.backup"
			}
			defer func() { a.chosen.Backup, a.chosen.BackedUp = "", 0 }()
			return (&backing{a, w}).draw()
		}
	}
	restore := &restoring{a: a, file: "/media/stick/baraza-ZYPE-FT0Y.backup", byWords: true, work: &work{a: a}}
	made := a.clock().Add(-26 * time.Hour).Unix()
	return []sample{
		{"safety-first", inside(none, a.safetyScreen)},
		{"safety", inside(all, a.safetyScreen)},
		{"lock-none", inside(none, (&locking{a: a}).draw)},
		{"lock-set", inside(all, func() screen { return (&locking{a: a, done: a.words.Say("lock.done")}).draw() })},
		{"others-alone", inside(none, a.othersScreen)},
		{"others", inside(all, a.othersScreen)},
		{"recovery", inside(none, (&recovering{a: a}).draw)},
		{"recovery-words", inside(none, recovery(false))},
		{"recovery-asked", inside(none, recovery(true))},
		{"backup-first", inside(none, backup(0, ""))},
		{"backup", inside(all, backup(made, ""))},
		{"backup-running", inside(all, backup(made, "backup.running"))},
		{"check", inside(all, func() screen {
			return a.checkScreen(&work{a: a, good: true, result: a.words.Count("about.store_checked", 412, locale.Values{"Size": a.words.Size(81_000)})})
		})},
		{"wipe", func() { a.showWipe(people[0]) }},
		{"people", func() { a.showPeople(people) }},
		{"unlock", unlock(func(*unlocking) {})},
		{"unlock-waits", unlock(func(u *unlocking) {
			u.cancel, u.until = func() {}, a.clock().Add(people[1].Delay)
		})},
		{"unlock-words", unlock(func(u *unlocking) { u.byWords = true })},
		{"new-person", a.showNewPerson},
		{"restore", func() { a.start(place{draw: restore.draw}) }},
		{"card", inside(all, func() screen { return a.cardScreen(sampleCard()) })},
		{"devices", func() { a.start(place{draw: (&devices{a: a, read: true, all: a.sampleDevices()}).draw}) }},
		{"device", func() { a.showDevice(a.sampleDevices()[1]) }},
		{"device-add", a.showAddDevice},
		{"device-compare", func() { a.start(place{draw: (&adding{a: a, request: &sampleRequest}).draw}) }},
		{"device-request", func() { a.start(place{draw: (&requesting{a: a, request: &sampleRequest}).draw}) }},
		{"attach-picture", func() {
			c := &attaching{f: &filling{a: a}, name: "IMG_20070622_1104.jpg",
				found: workspace.Chosen{Size: 3_400_000, Picture: &picture.Facts{Kind: picture.JPEG, Width: 3264, Height: 2448, Place: true, Camera: true}},
				how:   workspace.Keeping{Smaller: true}}
			a.start(place{draw: c.draw})
		}},
		{"attach-large", func() {
			c := &attaching{f: &filling{a: a}, name: "council-of-elders.ogg", found: workspace.Chosen{Size: 5_200_000}}
			a.start(place{draw: c.draw})
		}},
	}
}
