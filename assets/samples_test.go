package assets_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"baraza.example/assets"
	"baraza.example/forms/contribution"
)

// leaf is the size in which attachments travel.
const leaf = 8 << 10

func TestFiveOrganisationsAnswerAtLength(t *testing.T) {
	languages := map[string]bool{}
	for name, answers := range samples(t, "answers") {
		languages[answers["answer_language"].(string)] = true
		for _, letter := range []string{"a", "b", "c", "e", "f"} {
			text, _ := answers[letter].(string)
			if words := len(strings.Fields(text)); words < 100 || words > 400 {
				t.Errorf("%s: question %s is answered in %d words", name, letter, words)
			}
		}
	}
	if len(languages) != 5 {
		t.Errorf("answers in %v, want five languages", languages)
	}
}

func TestAGroupsAnswersCarryTheGroup(t *testing.T) {
	relayed := 0
	for name, answers := range samples(t, "answers") {
		if answers["collection_mode"] != "relay" {
			continue
		}
		relayed++
		for _, key := range []string{"behalf_group", "behalf_how", "collector_name", "behalf_consent", "behalf_readback"} {
			if answers[key] == nil {
				t.Errorf("%s: no %s", name, key)
			}
		}
	}
	if relayed == 0 {
		t.Error("nobody answers for a group")
	}
}

func TestAnAttachmentSpansSeveralLeaves(t *testing.T) {
	found := 0
	for name, answers := range samples(t, "answers") {
		list, _ := answers["attachments"].([]any)
		for _, item := range list {
			file := item.(map[string]any)["att_file"].(string)
			info, err := fs.Stat(assets.Samples, "attachments/"+file)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if info.Size() < 2*leaf || info.Size() > 60_000 {
				t.Errorf("%s has %d bytes", file, info.Size())
			}
			found++
		}
	}
	if found == 0 {
		t.Error("no sample has an attachment")
	}
}

func TestTheSampleContributionIsFinished(t *testing.T) {
	for name := range samples(t, "contributions") {
		text, err := fs.ReadFile(assets.Samples, "contributions/"+name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := contribution.New(contribution.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, c); err != nil {
			t.Fatal(err)
		}
		if found := c.Check(); len(found) > 0 {
			t.Errorf("%s lacks %v", name, found)
		}
		if n := len(c.Paragraphs); n < 6 || n > 10 {
			t.Errorf("%s has %d paragraphs", name, n)
		}
	}
}

// samples reads every file of a folder, of which there must be some.
func samples(t *testing.T, folder string) map[string]map[string]any {
	files, err := fs.Glob(assets.Samples, folder+"/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples in %s: %v", folder, err)
	}
	read := map[string]map[string]any{}
	for _, file := range files {
		text, err := fs.ReadFile(assets.Samples, file)
		if err != nil {
			t.Fatal(err)
		}
		var one map[string]any
		if err := json.Unmarshal(text, &one); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		read[strings.TrimPrefix(file, folder+"/")] = one
	}
	return read
}
