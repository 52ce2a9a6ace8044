package formview

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// A Studio plays and records sounds and films with programs of the system: there
// is no way to do so by ourselves.
type Studio interface {
	// Player names the program that plays a file of this name; empty where there is
	// none. Players are those that would do.
	Player(name string) string
	Players(name string) []string
	// Play plays; ended is called when it is over, also after stop.
	Play(name string, content []byte, ended func(err error)) (stop func())
	// Recorder and Recorders are the same for recording. Quality is "voice-only",
	// "low", "normal" or empty.
	Recorder(film bool) string
	Recorders(film bool) []string
	// Record records until stop is called or it is long enough.
	Record(film bool, quality string, ended func(ext string, content []byte, err error)) (stop func())
}

// mostPlayed bounds what is read to be played, in bytes.
const mostPlayed = 256 << 20

// A speaker is the button that plays something, and stops it.
type speaker struct {
	form   *Form
	button *Button
	said   *Notice
	box    *fyne.Container
	film   bool
	stop   func()
	read   func(take func(name string, content []byte, err error)) // what to play
}

func newSpeaker(f *Form, film bool) *speaker {
	s := &speaker{form: f, film: film, said: NewNotice(theme.InfoIcon(), theme.ColorNamePlaceHolder, "")}
	s.button = f.around.button(s.verb(), theme.MediaPlayIcon(), s.press)
	s.button.Low()
	s.said.Hide()
	s.box = NewStack(gapWords, NewRow(1, s.button), s.said)
	return s
}

func (s *speaker) verb() locale.ID {
	if s.film {
		return "sound.play_film"
	}
	return "sound.play"
}

func (s *speaker) press() {
	if s.stop != nil {
		s.stop()
		return
	}
	s.read(func(name string, content []byte, err error) {
		switch {
		case err != nil:
			s.say("sound.not_played")
			return
		case s.form.o.Studio == nil || s.form.o.Studio.Player(name) == "":
			s.say("sound.no_player", locale.Values{"Programs": s.programs(name)})
			return
		}
		over := false
		stop := s.form.o.Studio.Play(name, content, func(err error) {
			over, s.stop = true, nil
			s.button.Icon = theme.MediaPlayIcon()
			s.button.SetText(s.form.around.words.Say(s.verb()))
			s.said.Hide()
			if err != nil {
				s.say("sound.not_played")
			}
			s.form.around.settle()
		})
		if stop != nil && !over {
			s.stop = stop
			s.button.Icon = theme.MediaStopIcon()
			s.button.SetText(s.form.around.words.Say("sound.stop"))
			s.say("sound.playing", locale.Values{"Program": s.form.o.Studio.Player(name)})
		}
	})
}

func (s *speaker) programs(name string) string {
	if s.form.o.Studio == nil {
		return "—"
	}
	return strings.Join(s.form.o.Studio.Players(name), ", ")
}

func (s *speaker) say(id locale.ID, values ...locale.Values) {
	s.said.SetWords(s.form.around.words.Say(id, values...))
	s.said.Show()
	s.form.around.settle()
}

// end stops what is playing: its page is left.
func (s *speaker) end() {
	if s.stop != nil {
		s.stop()
	}
}

// Sound asks for a sound or a film: chosen from files, or recorded by a program
// of the system.
type Sound struct {
	widget.BaseWidget
	OnAttach func()
	OnAnswer func(value string)
	OnMade   func(name string, content []byte)

	form    *Form
	upload  *Upload
	speaker *speaker
	record  *Button
	said    *Notice
	box     *fyne.Container
	film    bool
	quality string
	stop    func()
	value   string
	now     func() time.Time
}

// soundOf makes the control.
func (d *field) soundOf(q *forms.Question) *Sound {
	f := d.form
	s := &Sound{form: f, upload: newUpload(f.around), film: q.MediaType == "video/*", now: time.Now}
	for _, a := range q.Bind.Attrs {
		if a.Name == "odk:quality" {
			s.quality = a.Value
		}
	}
	s.upload.OnAttach = func() { s.OnAttach() }
	s.upload.OnAnswer = func(v string) { s.OnAnswer(v) }
	s.speaker = newSpeaker(f, s.film)
	s.speaker.read = func(take func(string, []byte, error)) {
		name := s.value
		if f.o.Kept == nil {
			return
		}
		f.o.Kept(name, mostPlayed, func(content []byte, err error) { take(name, content, err) })
	}
	f.speakers = append(f.speakers, s.speaker)
	f.recorders = append(f.recorders, s)
	s.said = NewNotice(theme.InfoIcon(), theme.ColorNamePlaceHolder, "")
	s.said.Hide()
	s.record = f.around.button("sound.record", theme.MediaRecordIcon(), s.press)
	s.box = NewStack(gapControl, s.upload, s.speaker.box, NewRow(gapControl, s.record), s.said)
	s.ExtendBaseWidget(s)
	return s
}

func (s *Sound) press() {
	studio, words := s.form.o.Studio, s.form.around.words
	if s.stop != nil {
		s.stop()
		return
	}
	if studio == nil || studio.Recorder(s.film) == "" {
		id, programs := locale.ID("sound.no_recorder"), "—"
		if s.film {
			id = "sound.no_film"
		}
		if studio != nil {
			programs = strings.Join(studio.Recorders(s.film), ", ")
		}
		s.say(words.Say(id, locale.Values{"Programs": programs}))
		return
	}
	over := false
	stop := studio.Record(s.film, s.quality, func(ext string, content []byte, err error) {
		over, s.stop = true, nil
		s.record.Icon = theme.MediaRecordIcon()
		s.record.SetText(words.Say("sound.record"))
		s.said.Hide()
		if err != nil || len(content) == 0 {
			s.say(words.Say("sound.failed"))
			return
		}
		kind := "sound-"
		if s.film {
			kind = "film-"
		}
		s.OnMade(kind+s.now().UTC().Format("20060102-150405")+ext, content)
		s.form.around.settle()
	})
	if stop != nil && !over {
		s.stop = stop
		s.record.Icon = theme.MediaStopIcon()
		s.record.SetText(words.Say("sound.record_stop"))
		s.say(words.Say("sound.recording", locale.Values{"Program": studio.Recorder(s.film)}))
	}
}

func (s *Sound) say(words string) {
	s.said.SetWords(words)
	s.said.Show()
	s.form.around.settle()
}

// end stops the recording and keeps it: its page is left.
func (s *Sound) end() {
	if s.stop != nil {
		s.stop()
	}
}

// Display shows the name of the file that n is answered with.
func (s *Sound) Display(n session.Node) {
	s.value = n.Value
	s.upload.Display(n)
	s.speaker.box.Hidden = n.Value == "" || s.form.o.Kept == nil
	s.record.Hidden = n.ReadOnly
}

// First is what gets the focus when the question is gone to.
func (s *Sound) First() fyne.Focusable { return s.record }

// CreateRenderer implements [fyne.Widget].
func (s *Sound) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.box) }
