package station

import (
	"context"
	"log/slog"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/webform"
	"baraza.example/sync/hub"
)

// openKiosk serves the form's pages, where there are to be any.
func (s *Station) openKiosk(ctx context.Context) error {
	if s.o.Kiosk == "" {
		return nil
	}
	pages, err := Pages(ctx, s.o.Work, s.o.Form, s.Name(), webform.Limits{}, s.o.Logger)
	if err != nil {
		return err
	}
	s.kiosk, err = hub.ListenKiosk(s.o.Kiosk, pages.Handler(), s.o.Logger)
	return err
}

// Pages are those on which people fill in a form at the hub called name.
func Pages(ctx context.Context, w *workspace.Workspace, form workspace.Form, name string, limits webform.Limits, log *slog.Logger) (*webform.Pages, error) {
	keeper, err := w.Kiosk(ctx, form.Definition.Settings.ID)
	if err != nil {
		return nil, err
	}
	var languages []string
	for _, heading := range form.Definition.Languages {
		if l, known := locale.Named(heading); known {
			languages = append(languages, l.Code)
		}
	}
	return webform.New(webform.Options{Keeper: keeper, Secret: keeper.Secret(), Title: form.Definition.Settings.Title, Host: name, Foreign: true,
		Languages: languages, Limits: limits, Logger: log})
}
