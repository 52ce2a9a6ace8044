package app

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
)

func TestAContributionIsWrittenKeptAndMadeReady(t *testing.T) {
	p := known(t, phone)
	p.taps("Write a contribution")
	if focused, _ := p.window.Canvas().Focused().(*formview.Entry); focused != p.field(0) {
		t.Errorf("the focus is at %v, not in the title", p.window.Canvas().Focused())
	}
	p.types(0, "What the lake needs")
	p.types(2, "Prices first.")
	p.aSecondPasses()
	p.seesItSaved()
	p.sees("<Ujirani Cooperative>")
	if err := p.work.Close(); err != nil { // as if the power were cut
		t.Fatal(err)
	}
	again := sit(t, p.dir, Options{}, laptop)
	again.taps("What the lake needs")
	again.sees("<Prices first.>", "Paragraph 1")
	again.taps("Make ready")
	again.sees("Please choose whether it may be published.")
	again.taps("Yes, with the name of the organisation or group")
	again.taps("Add a paragraph")
	again.taps("Make ready")
	again.sees("What the lake needs", "on this device", "Waits for an invite")
	items, err := again.work.Items(t.Context())
	if err != nil || len(items) != 1 {
		t.Errorf("made ready are %v, %v", items, err)
	}
}

func TestPastedTextIsPutIntoParagraphsAndSaid(t *testing.T) {
	p := known(t, phone)
	p.taps("Write a contribution")
	clipboard := p.fyne.Clipboard()
	text := strings.Repeat(strings.Repeat("One thing after the other. ", 40)+"\n\n", 900) // 1 MB
	clipboard.SetContent(text)
	p.field(2).TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
	p.sees("What you pasted was put into 900 paragraphs. Nothing was left out.", "Paragraphs 1 to 20 of 900")
	p.aSecondPasses()
	p.seesItSaved()
	for c, err := range p.work.Contributions(t.Context()) {
		if err != nil || len(c.Value.Paragraphs) != 900 {
			t.Errorf("kept are %d paragraphs, %v", len(c.Value.Paragraphs), err)
		}
	}
}

func TestFiveMegabytesPastedAreKeptWholeInParagraphsAndSaid(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes 20 MB")
	}
	for name, text := range map[string]string{
		"short paragraphs": strings.Repeat("One thing after the other.\n\n", 190_000),
		"no paragraphs":    strings.Repeat("One thing after the other. ", 190_000),
	} {
		t.Run(name, func(t *testing.T) {
			p := known(t, phone)
			p.taps("Write a contribution")
			clipboard := p.fyne.Clipboard()
			clipboard.SetContent(text)
			p.field(2).TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
			p.sees("Nothing was left out.", "longer than one record carries", "Paragraphs 1 to 20 of")
			p.aSecondPasses()
			p.seesItSaved()
			if err := p.work.Close(); err != nil { // as if the power were cut
				t.Fatal(err)
			}
			again := sit(t, p.dir, Options{}, phone)
			kept := 0
			for c, err := range again.work.Contributions(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				for _, q := range c.Value.Paragraphs {
					kept += strings.Count(q.Text, "One thing after the other.")
				}
			}
			if kept != 190_000 {
				t.Errorf("%d of 190,000 sentences were kept", kept)
			}
			again.taps("Contribution without a title")
			again.types(0, "What the lake needs")
			again.taps("Yes, with the name of the organisation or group")
			again.taps("Make ready")
			again.sees("longer than one record carries", "<What the lake needs>")
		})
	}
}

func TestAPasteBeyondWhatIsKeptIsRefusedAndWhatStandsThereStays(t *testing.T) {
	p := known(t, phone)
	p.taps("Write a contribution")
	p.types(2, "Prices first.")
	clipboard := p.fyne.Clipboard()
	clipboard.SetContent(strings.Repeat("x", 9<<20))
	p.field(2).TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
	p.sees("longer than this program keeps", "<Prices first.>")
	p.aSecondPasses()
	p.seesItSaved()
}
