package app

import (
	"context"
	"path/filepath"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// backing is the screen of the backup: a sealed copy of everything, kept up to date
// in one file, and proved.
type backing struct {
	a    *App
	work *work
}

func (a *App) showBackup() {
	b := &backing{a, &work{a: a}}
	a.goTo(place{draw: b.draw, enter: a.looked, leave: b.work.stop})
}

func (b *backing) draw() screen {
	a, say := b.a, b.a.words.Say
	parts := []fyne.CanvasObject{lines(heading(say("backup.title")), strong(a.backupState()), wrapped(say("backup.why")))}
	s := screen{title: say("backup.title"), way: "nav.settings"}
	if b.work.what != "" {
		s.body = page(append(parts, b.work.running())...)
		return s
	}
	if o := b.work.outcome(); o != nil {
		parts = append(parts, o)
	}
	file := a.chosen.Backup
	switch {
	case !a.safe.read:
	case !a.safe.passphrase && !a.safe.words:
		ways := []fyne.CanvasObject{primary(say("recovery.make"), a.showRecovery)}
		if a.o.People != nil {
			ways = append(ways, action(say("lock.set_it"), a.showLock))
		}
		parts = append(parts, formview.NewStack(gapWords, wrapped(say("backup.needs_lock")), buttons(ways...)))
	case file != "":
		parts = append(parts, formview.NewStack(gapWords, wrapped(say("backup.file", locale.Values{"File": onePiece(file)})),
			buttons(primary(say("backup.update"), func() { b.make(file) }), action(say("backup.elsewhere"), b.choose)), quiet(say("backup.opens"))),
			section(say("backup.prove"), wrapped(say("backup.prove_why")), buttons(action(say("backup.prove"), func() { b.prove(file) }))))
	default:
		parts = append(parts, formview.NewStack(gapWords, buttons(primary(say("backup.choose"), b.choose)), quiet(say("backup.opens"))))
	}
	s.body = page(parts...)
	return s
}

// chooseBackup asks for a folder. The file in it has a name of its own, so that a
// backup that is there already is brought up to date.
func (b *backing) choose() {
	a := b.a
	a.chooseFolder(func(folder string) {
		card, err := a.work.Card()
		if err != nil {
			a.shell.trouble(err)
			return
		}
		b.make(filepath.Join(folder, "baraza-"+card.ID().Short()+".backup"))
	})
}

// make brings the backup up to date and proves the whole of it.
func (b *backing) make(file string) {
	a, of := b.a, b.a.work
	var has workspace.BackupContents
	b.work.run(a.words.Say("backup.running"), func(ctx context.Context, tell workspace.Progress) error {
		if _, err := of.Backup(ctx, file, tell); err != nil {
			return err
		}
		var err error
		has, err = of.VerifyBackup(ctx, file, tell)
		return err
	}, func(err error) string {
		if err != nil {
			return ""
		}
		now := a.clock().Unix()
		a.choose(func(s *workspace.Settings) { s.Backup, s.BackedUp = file, now })
		return locale.Sentences(a.words.Say("backup.done"), a.contents(has))
	})
}

// prove reads a backup from end to end.
func (b *backing) prove(file string) {
	a, of := b.a, b.a.work
	var has workspace.BackupContents
	b.work.run(a.words.Say("backup.proving"), func(ctx context.Context, tell workspace.Progress) (err error) {
		has, err = of.VerifyBackup(ctx, file, tell)
		return err
	}, func(err error) string {
		if err != nil {
			return ""
		}
		return locale.Sentences(a.words.Say("backup.proved"), a.contents(has))
	})
}

func (a *App) contents(has workspace.BackupContents) string {
	words := a.words.Count("backup.changes", has.Changes, locale.Values{"Size": a.words.Size(has.Bytes)})
	if has.Attachments > 0 {
		words = locale.Sentences(words, a.words.Count("check.attachments", has.Attachments))
	}
	return words
}
