package app

import (
	"context"
	"time"

	"baraza.example/app/workspace"
)

// sampleMessages are a new one, one that was read, and one with a reply.
func (a *App) sampleMessages() []workspace.Message {
	asked := a.clock().Add(-50 * time.Hour).Unix()
	form := a.consultation.Form.ID
	all := []workspace.Message{
		{ID: "a1", Text: "You write that two stations take turns. Which are they, and may the report name them?", From: "Amina", Asked: asked + 90000, Title: "Ujirani Cooperative — KE", Item: "x/1", Form: form, About: "questions/q_a/a"},
		{ID: "a2", Text: "How many people were at the meeting in Nansole?", Asked: asked + 7200, Read: true, Title: "Fishers of Nansole — UG", Item: "y/1", Form: form},
		{ID: "a3", Text: "Does “remote” in the third paragraph include the telephone?", From: "Amina", Asked: asked, Read: true, Title: "Statements from a distance", Item: "z/1", About: "paragraph/3"},
	}
	reply := workspace.Item{Code: "5P3SE-EKE2T", Made: asked + 3600}
	reply.Delivery.State = workspace.Received
	reply.Record[0] = 1
	all[2].Replies = []workspace.MessageReply{{Text: "Yes. Most of those who took part had nothing else.", Item: reply}}
	return all
}

// answerSample shows one of them.
func (a *App) answerSample(n int) {
	message := a.sampleMessages()[n]
	m := &answering{a: a, message: &message}
	m.save = &autosave{a: a, take: func() func(context.Context) error { return func(context.Context) error { return nil } }}
	a.start(place{draw: m.draw})
}
