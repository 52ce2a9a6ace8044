package assets_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"baraza.example/assets"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// start begins a response to the built-in questionnaire.
func start(t *testing.T) *session.Session {
	s, err := session.Start(questionnaire(t), session.Options{
		File: func(name string) ([]byte, error) { return fs.ReadFile(assets.Consultation, "questionnaire/"+name) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func set(t *testing.T, s *session.Session, ref forms.Ref, value string) {
	if err := s.Set(ref, value); err != nil {
		t.Fatal(err)
	}
}

func node(t *testing.T, s *session.Session, ref forms.Ref) session.Node {
	n, ok := s.Node(ref)
	if !ok {
		t.Fatalf("there is no %s", ref)
	}
	return n
}

// TestABlankAnswerIsAskedAboutAndAWrittenOneIsNot goes through what a person
// may do with a question, and looks what the statistics would count.
func TestABlankAnswerIsAskedAboutAndAWrittenOneIsNot(t *testing.T) {
	for _, letter := range []string{"a", "b", "c", "e", "f"} {
		t.Run(letter, func(t *testing.T) { leaveAndAnswer(t, letter) })
	}
}

func leaveAndAnswer(t *testing.T, letter string) {
	s := start(t)
	question := s.Root().Ref.Child("questions").Child("q_" + letter)
	for _, step := range []struct {
		name, part, value string
		stateAsked        bool
		outcome           string
	}{
		{"nothing yet", "", "", true, "blank"},
		{"no opinion", "_state", "no_opinion", true, "no_opinion"},
		{"but then a text", "", "Those who are concerned.", false, "answer"},
		{"taken back", "", "", true, "no_opinion"},
		{"left out", "_state", "skip", true, "skip"},
		{"blanks are no text", "", " \n ", true, "skip"},
		{"a voice is an answer", "_audio", "a.ogg", false, "answer"},
	} {
		set(t, s, question.Child(letter+step.part), step.value)
		if got := node(t, s, question.Child(letter+"_state")).Relevant; got != step.stateAsked {
			t.Errorf("%s: the reason for a blank is asked: %v", step.name, got)
		}
		if got := node(t, s, question.Child(letter+"_outcome")).Value; got != step.outcome {
			t.Errorf("%s: counted as %q, want %q", step.name, got, step.outcome)
		}
		if got := node(t, s, question.Child(letter+"_more")).Relevant; got == step.stateAsked {
			t.Errorf("%s: more is asked: %v", step.name, got)
		}
	}
}

func TestAHubIsNeverTheAuthor(t *testing.T) {
	s := start(t)
	root := s.Root().Ref
	author := root.Child("profile").Child("author")
	behalf := root.Child("collection").Child("behalf")
	set(t, s, root.Child("profile").Child("org_name"), "Ujirani Cooperative")
	if node(t, s, behalf).Relevant {
		t.Error("a group is asked for before anybody said they write for one")
	}
	set(t, s, root.Child("collection").Child("collection_mode"), "relay")
	set(t, s, behalf.Child("collector_name"), "Radio Mwalo")
	set(t, s, behalf.Child("behalf_group"), "Fishers of Nansole")
	if got := node(t, s, author).Value; got != "Fishers of Nansole" {
		t.Errorf("the author is %q", got)
	}
	if node(t, s, root.Child("profile").Child("org_name")).Required {
		t.Error("a group without an organisation can't answer")
	}
	set(t, s, root.Child("collection").Child("collection_mode"), "own")
	if got := node(t, s, author).Value; got != "Ujirani Cooperative" {
		t.Errorf("the author is %q after all", got)
	}
}

func TestViewsOfAGroupThatDidNotAgreeAreNotTaken(t *testing.T) {
	s := start(t)
	root := s.Root().Ref
	set(t, s, root.Child("collection").Child("collection_mode"), "relay")
	if err := s.Set(root.Child("collection").Child("behalf").Child("behalf_consent"), "no"); err == nil {
		t.Error("taken")
	}
}

// TestAClockOfLongAgoDoesNotRefuseToday: devices without a battery come up in
// 1970.
func TestAClockOfLongAgoDoesNotRefuseToday(t *testing.T) {
	s := start(t)
	root := s.Root().Ref
	set(t, s, root.Child("collection").Child("collection_mode"), "relay")
	set(t, s, root.Child("collection").Child("behalf").Child("behalf_date"), "2999-01-01")
}

// TestNothingStandsBetweenAPersonAndTheEnd: what is left to say when only the
// questions were passed, all of them blank.
func TestNothingStandsBetweenAPersonAndTheEnd(t *testing.T) {
	s := start(t)
	_, left := s.Finalize()
	var names []string
	for _, v := range left {
		if v.Kind != session.ViolatesRequired {
			t.Errorf("%s: %v", v.Ref, v)
		}
		names = append(names, v.Ref.Name())
	}
	want := []string{"collection_mode", "org_category", "nonprofit", "country", "answer_language", "publication", "consent_processing", "consent_translation"}
	if !slices.Equal(names, want) {
		t.Errorf("left to answer: %v, want %v", names, want)
	}
}

// TestTheSamplesFillTheQuestionnaire: each organisation's answers are taken
// as they are, and its response can be sent.
func TestTheSamplesFillTheQuestionnaire(t *testing.T) {
	for name, answers := range samples(t, "answers") {
		s := start(t)
		if err := session.Fill(s, answers); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		done, left := s.Finalize()
		if len(left) > 0 {
			t.Errorf("%s: %v", name, left)
		}
		author := node(t, s, s.Root().Ref.Child("profile").Child("author")).Value
		if author == "" || !strings.HasPrefix(done.InstanceName, author) {
			t.Errorf("%s: the author is %q, the response is called %q", name, author, done.InstanceName)
		}
		var named []string
		if list, ok := answers["attachments"].([]any); ok {
			for _, item := range list {
				named = append(named, item.(map[string]any)["att_file"].(string))
			}
		}
		if !slices.Equal(done.Attachments, named) {
			t.Errorf("%s: attachments %v, want %v", name, done.Attachments, named)
		}
		for _, letter := range []string{"a", "b", "c", "e", "f"} {
			question := s.Root().Ref.Child("questions").Child("q_" + letter)
			if got := node(t, s, question.Child(letter)).Value; got != answers[letter] {
				t.Errorf("%s: answer %s was changed to %q", name, letter, got)
			}
			if got := node(t, s, question.Child(letter+"_outcome")).Value; got != "answer" {
				t.Errorf("%s: question %s counts as %q", name, letter, got)
			}
		}
	}
}

func TestTheCountryListIsOffered(t *testing.T) {
	s := start(t)
	s.SetLanguages("es")
	choices := node(t, s, s.Root().Ref.Child("profile").Child("country")).Choices
	if len(choices) < 245 {
		t.Fatalf("%d countries", len(choices))
	}
	labels := map[string]string{}
	for _, c := range choices {
		labels[c.Value] = c.Label
	}
	if labels["DE"] != "Alemania" || labels["ZZ"] != "Not in this list" {
		t.Errorf("in Spanish DE is %q, and where there is no Spanish ZZ is %q", labels["DE"], labels["ZZ"])
	}
}
