package forms

// A ChoiceList is an internal list of choices or a file of them.
type ChoiceList struct {
	Name    string
	File    string   // "countries.csv" for select_one_from_file, else empty
	Columns []string // names of the extra columns, for choice filters
	Choices []Choice // of a file: empty until [ReadChoices] has read it
	// External says that the choices go with the form as itemsets.csv, which a
	// question asks with a query (select_one_external).
	External bool
	Inline   bool // the choices stand in the one control that offers them, in no instance
}

// A Choice is one item of a list.
type Choice struct {
	Value string
	Label Text
	Short Text              // as in [Common]
	Media map[string]Text   // as in [Common]
	Extra map[string]string // further columns, by heading

	Unreviewed []string // as in [Common]
}
