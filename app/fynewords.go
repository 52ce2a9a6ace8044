package app

import (
	"encoding/json"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"baraza.example/assets/locale"
)

// fyneWords are the words of Fyne's own menus and dialogs (v2.8.0, lang/translations),
// and which of ours stands for each.
var fyneWords = map[string]locale.ID{
	"(Parent)": "fyne.parent", "Cancel": "action.cancel", "Confirm": "fyne.confirm", "Copy": "action.copy",
	"Create Folder": "fyne.create_folder", "Cut": "fyne.cut", "Enter filename": "fyne.file_name", "Error": "fyne.error",
	"Favourites": "fyne.favourites", "File": "fyne.file", "Folder": "fyne.folder", "New Folder": "fyne.new_folder",
	"No": "action.no", "OK": "fyne.ok", "Open": "action.open", "Paste": "action.paste", "Quit": "sending.quit",
	"Redo": "fyne.redo", "Save": "action.save", "Select all": "fyne.select_all", "Show Hidden Files": "fyne.hidden",
	"Undo": "action.undo", "Yes": "action.yes", "file.name": "fyne.name", "file.parent": "fyne.parent",
}

// systemLocale is the language of the system, as Fyne sees it.
var systemLocale = sync.OnceValue(lang.SystemLocale)

// teachFyne has Fyne's own menus and dialogs speak the language that was chosen. Fyne
// speaks the system's, so the words are given to it for that one.
func (a *App) teachFyne() {
	code := a.words.Language().Code
	if code == a.taught {
		return
	}
	a.taught = code
	said := map[string]string{}
	for key, id := range fyneWords {
		said[key] = a.words.Say(id)
	}
	words, err := json.Marshal(said)
	if err == nil {
		err = lang.AddTranslations(fyne.NewStaticResource(systemLocale().LanguageString()+".json", words))
	}
	if err != nil {
		fyne.LogError("Fyne keeps the system's language", err)
	}
}
