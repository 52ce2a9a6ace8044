package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"baraza.example/app/workspace"
	"baraza.example/app/world"
	"baraza.example/forms/xform"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/httpsync"
)

// wireDelta is what comes down when a few words of one translation of the
// questionnaire were changed: the run that brings it, beside the one that brought
// the form and this translation whole; and the patch by itself.
func wireDelta(ctx context.Context) (results []result, err error) {
	dir, err := os.MkdirTemp("", "baraza-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	_, form, err := workspace.Builtin()
	if err != nil {
		return nil, err
	}
	w, err := world.New(ctx, world.Options{Seed: 1, Dir: dir, Forms: []workspace.Form{form}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	d, err := w.AddDevice(ctx, "device", "An organisation")
	if err != nil {
		return nil, err
	}
	if err := errors.Join(d.JoinCentre(ctx), d.ReadIn(ctx, "fr")); err != nil {
		return nil, err
	}
	text, err := w.Address(d.Name, world.CentreName)
	if err != nil {
		return nil, err
	}
	address, err := httpsync.ParseAddress(text)
	if err != nil {
		return nil, err
	}
	client := httpsync.NewClient(address, httpsync.Options{})
	defer client.Close()
	run := func() (int64, error) {
		before := w.Links()
		_, err := d.Exchange(ctx, client)
		after := w.Links()
		return after.BytesUp + after.BytesDown - before.BytesUp - before.BytesDown, err
	}
	if _, err := run(); err != nil { // opens the connection, and registers
		return nil, err
	}
	var xml bytes.Buffer
	if err := xform.Write(&xml, form.Definition); err != nil {
		return nil, err
	}
	changed, err := otherWords(xml.Bytes(), form.Definition.Languages, "fr")
	if err != nil {
		return nil, err
	}
	var cost [2]int64
	var patch int64
	for i, version := range [][]byte{xml.Bytes(), changed} {
		made, err := w.Centre().PublishForm(ctx, version, form.Files)
		if err != nil {
			return nil, err
		}
		if cost[i], err = run(); err != nil {
			return nil, err
		}
		if err := newest(ctx, d.Workspace, made); err != nil {
			return nil, err
		}
		for _, p := range made {
			if french(p) {
				way, _ := p.Best(func(catalogue.ID) bool { return i > 0 })
				patch = way.Size
			}
		}
	}
	return []result{
		{Bench: "wire", Case: "delta", Value: float64(cost[1]), Unit: "B", Baseline: float64(cost[0]), Ratio: float64(cost[1]) / float64(cost[0]), Aim: 0.1, OK: cost[1]*10 <= cost[0]},
		{Bench: "wire", Case: "delta-patch", Value: float64(patch), Unit: "B", Aim: 1000, OK: patch > 0 && patch <= 1000},
	}, nil
}

// french reports whether p is the translation that the device reads.
func french(p catalogue.Publication) bool {
	return p.Kind == catalogue.Translation && (p.Language == "fr" || strings.HasSuffix(p.Language, "(fr)"))
}

// newest fails unless a device has what the centre made, in the language it reads.
func newest(ctx context.Context, d *workspace.Workspace, made []catalogue.Publication) error {
	for _, p := range made {
		if p.Kind == catalogue.Translation && !french(p) {
			continue
		}
		if _, err := d.ReadPublished(ctx, p); err != nil {
			return fmt.Errorf("%v %s %s did not come: %w", p.Kind, p.Name, p.Language, err)
		}
	}
	return nil
}

// otherWords changes the first long text of a translation in a form.
func otherWords(xml []byte, languages []string, code string) ([]byte, error) {
	at := slices.IndexFunc(languages, func(l string) bool { return strings.HasSuffix(l, "("+code+")") })
	if at < 0 {
		return nil, fmt.Errorf("the form has no language %q", code)
	}
	from := bytes.Index(xml, []byte(`<translation lang="`+languages[at]+`"`))
	if from < 0 {
		return nil, errors.New("the translation is not where forms have it")
	}
	const open, end = "<value>", "</value>"
	for from < len(xml) {
		begin := bytes.Index(xml[from:], []byte(open))
		if begin < 0 {
			break
		}
		begin += from + len(open)
		length := bytes.Index(xml[begin:], []byte(end))
		if length > 60 {
			return slices.Insert(slices.Clone(xml), begin+length, []byte(" Merci de répondre avec vos propres mots.")...), nil
		}
		from = begin + length
	}
	return nil, errors.New("the translation has no long text")
}
