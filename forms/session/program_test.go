package session_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

const landing = `
	| survey  | type                              | name   | label | choice_filter      | parameters     | calculation |
	|         | select_one lake                   | lake   | Lake? |                    |                |             |
	|         | select_one_from_file places.csv   | place  | Where?| lake = ${lake}     |                |             |
	|         | select_one fish                   | fish   | Fish? |                    | randomize=true |             |
	|         | calculate                         | keeper |       |                    |                | instance('wardens')/root/warden[lake = ${lake}]/name |
	|         | xml-external                      | wardens|       |                    |                |             |
	| choices | list_name | name | label |
	|         | lake      | a    | A     |
	|         | lake      | b    | B     |
	|         | fish      | 1    | Tilapia |
	|         | fish      | 2    | Perch |
	|         | fish      | 3    | Dagaa |
	|         | fish      | 4    | Catfish |
	|         | fish      | 5    | Barbel |
	|         | fish      | 6    | Eel |`

// Phones around a hub fill in one form at the same time: each has its answers
// alone, and the files of the form are read once.
func TestManyFillInOneFormAtATime(t *testing.T) {
	var read atomic.Int32
	files := map[string]string{
		"places.csv":  "name,label,lake\nx,X,a\ny,Y,b\nz,Z,b\n",
		"wardens.xml": `<root><warden><name>Wanjiru</name><lake>a</lake></warden><warden><name>Otieno</name><lake>b</lake></warden></root>`,
	}
	program, err := session.Compile(formstest.Read(t, landing), func(name string) ([]byte, error) {
		read.Add(1)
		text, ok := files[name]
		if !ok {
			return nil, fmt.Errorf("there is no %s", name)
		}
		return []byte(text), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for n := range 16 {
		all.Go(func() {
			lake, places, warden := "a", []string{"x"}, "Wanjiru"
			if n%2 == 1 {
				lake, places, warden = "b", []string{"y", "z"}, "Otieno"
			}
			s, err := program.Start(session.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			f := s.Root().Ref
			if err := s.Set(f.Child("lake"), lake); err != nil {
				t.Error(err)
			}
			if err := s.Set(f.Child("place"), places[0]); err != nil {
				t.Error(err)
			}
			if s, err = program.Resume(s.Draft(), session.Options{}); err != nil {
				t.Error(err)
				return
			}
			if got := offered(s, "place"); !slices.Equal(got, places) {
				t.Errorf("at lake %s it offers %q, want %q", lake, got, places)
			}
			if keeper, _ := s.Node(f.Child("keeper")); keeper.Value != warden {
				t.Errorf("the warden of lake %s is %q", lake, keeper.Value)
			}
		})
	}
	all.Wait()
	if n := read.Load(); n != int32(len(files)) {
		t.Errorf("%d files were read, want %d", n, len(files))
	}
}

func offered(s *session.Session, name string) (values []string) {
	n, _ := s.Node(s.Root().Ref.Child(name))
	for _, c := range n.Choices {
		values = append(values, c.Value)
	}
	return values
}

// Without a seed each response has an order of its own, in which its choices
// stay.
func TestShuffledChoicesStayWhereTheyStand(t *testing.T) {
	program, err := session.Compile(formstest.Read(t, strings.ReplaceAll(fruits, ", seed=42", "")), nil)
	if err != nil {
		t.Fatal(err)
	}
	orders := map[string]bool{}
	for range 20 {
		s, err := program.Start(session.Options{})
		if err != nil {
			t.Fatal(err)
		}
		first := offered(s, "one")
		if again := offered(s, "one"); !slices.Equal(first, again) {
			t.Errorf("%q became %q", first, again)
		}
		orders[strings.Join(first, "")] = true
	}
	if len(orders) < 2 {
		t.Error("twenty responses have one order")
	}
}
