package app

import (
	"time"

	"baraza.example/app/workspace"
	"baraza.example/sync/catalogue"
)

// samplePublished are a new announcement, an older one, and documents that are here,
// come, wait and were withdrawn.
func (a *App) samplePublished() []workspace.Published {
	blob := func(size int64) catalogue.Blob { return catalogue.Blob{Size: size, ID: catalogue.ID{byte(size)}} }
	at := a.clock().Add(-30 * time.Hour).Unix()
	of := func(kind catalogue.Kind, title, version, language, file string, size, road, got int64) workspace.Published {
		var p workspace.Published
		p.Kind, p.Title, p.Version, p.Language, p.Issued, p.File, p.Name = kind, title, version, language, at, file, title
		if p.Size, p.Got = road, got; size > 0 {
			p.Content = blob(size)
		}
		p.Here = got == road && size > 0
		return p
	}
	all := []workspace.Published{
		of(catalogue.Announcement, "The date for written comments was moved to 15 September", "", "en", "", 0, 0, 0),
		of(catalogue.Announcement, "A second regional consultation will be held in Nairobi", "", "en", "", 0, 0, 0),
		of(catalogue.Document, "Draft report of the working group", "Rev. 1", "en", "draft-report-rev1.pdf", 212_000, 148_300, 0),
		of(catalogue.Document, "Summary of the informal consultation of 18 May", "", "fr", "summary.txt", 24_100, 9_300, 9_300),
		of(catalogue.Document, "Recording of the opening session", "", "", "opening.ogg", 6_400_000, 6_400_000, 1_310_720),
		of(catalogue.Document, "First list of questions", "", "en", "questions.txt", 8_100, 3_100, 3_100),
		of(catalogue.Form, "Questionnaire on stakeholder participation", "2", "en", "", 18_200, 4_700, 4_700),
		of(catalogue.Translation, "Questionnaire on stakeholder participation", "2", "sw", "", 6_200, 2_100, 0),
	}
	all[0].New, all[2].New = true, true
	all[0].Text = "The working group met on 14 August. So that organisations without a connection of their own can take part, written comments are taken until 15 September.\n\nNothing is refused for being late."
	all[2].Text = "The draft is posted for comment. Numbered paragraphs can be referred to."
	all[4].Wanted, all[7].Wanted, all[5].Withdrawn = true, true, true
	return all
}

// publishedSamples are the screens of what was published.
func (a *App) publishedSamples() []sample {
	all := a.samplePublished()
	one := func(n int) func() {
		return func() {
			s := &publication{a: a, p: all[n]}
			a.start(place{draw: s.screen})
		}
	}
	return []sample{
		{"published", func() {
			s := &shelf{a: a, all: all, read: true, joined: true}
			a.start(place{draw: s.screen})
		}},
		{"published-none", func() {
			s := &shelf{a: a, read: true, joined: true}
			a.start(place{draw: s.screen})
		}},
		{"announcement", one(0)},
		{"document", one(2)},
		{"document-coming", one(4)},
		{"document-here", one(5)},
		{"document-read", func() {
			s := &publication{a: a, p: all[3], text: paragraphsOf("# Opening\n\n" + all[0].Text + "\n\n# What was said\n\n" + all[0].Text)}
			a.start(place{draw: s.screen})
		}},
		{"reading", a.showReading},
		{"home-announced", a.homeWith(mine{read: true, joined: true, published: all})},
	}
}
