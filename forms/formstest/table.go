// Package formstest lets tests write a form as a table and fill it like a
// person. Start at [Fill]; [Table] is for tests of the form itself.
package formstest

import "baraza.example/forms/xlsform"

// Table returns the workbook that a markdown table stands for. It panics on
// what is no table: the text is the test's own.
func Table(text string) xlsform.Workbook {
	wb, err := xlsform.OpenMarkdown(text)
	if err != nil {
		panic("formstest: " + err.Error())
	}
	return wb
}
