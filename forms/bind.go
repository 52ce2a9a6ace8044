package forms

// Bind is what a form says about a node's value, apart from how it looks.
// The expressions are XPath with ${names} already replaced by paths.
type Bind struct {
	Type              DataType
	Relevant          string
	Calculate         string
	Constraint        string
	ConstraintMessage Text
	Required          string // an expression; "true()" for "yes"
	RequiredMessage   Text
	ReadOnly          string
	Preload           string // jr:preload: "timestamp", "date", "property", "uid"
	PreloadParams     string // jr:preloadParams: "start", "end", "deviceid" …
	SaveTo            string // entities:saveto: the property of the entity that takes the value
	Attrs             []Attr // others: "odk:length", "orx:max-pixels" …
}

// DataType is a type of the ODK XForms specification.
type DataType string

// The data types; their lexical rules are those of the specification.
const (
	String   DataType = "string"
	Int      DataType = "int"
	Decimal  DataType = "decimal"
	Boolean  DataType = "boolean"
	Date     DataType = "date"
	Time     DataType = "time"
	DateTime DataType = "dateTime"
	GeoPoint DataType = "geopoint"
	GeoTrace DataType = "geotrace"
	GeoShape DataType = "geoshape"
	Binary   DataType = "binary"
	Barcode  DataType = "barcode"
	Rank     DataType = "odk:rank"
)
