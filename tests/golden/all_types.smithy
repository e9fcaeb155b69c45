$version: "2"

namespace samovar.tests

/// Every kind of value, for the tests of the codecs.
structure AllTypes {
    /// Text.
    Text: String
    Flag: Boolean
    Tiny: Byte
    Small: Short
    Number: Integer
    Large: Long
    Single: Float
    Real: Double
    Bytes: Blob
    Tree: Document
    Moment: Timestamp
    @timestampFormat("date-time")
    IsoMoment: Timestamp
    HttpMoment: HttpDate
    @timestampFormat("epoch-seconds")
    EpochMoment: Timestamp
    Color: Color
    Level: Level
    Strings: StringList
    Numbers: LongList
    Matrix: Matrix
    Moments: MomentList
    StringMap: StringMap
    NestedMap: NestedMap
    @xmlFlattened
    @xmlName("Flat")
    FlatStrings: StringList
    @xmlFlattened
    @xmlName("FlatEntry")
    FlatMap: StringMap
    @xmlFlattened
    @xmlName("FlatChild")
    FlatChildren: ChildList
    Renamed: RenamedList
    RenamedMap: RenamedMap
    Child: Child
    Children: ChildList
    ChildMap: ChildMap
    Choice: Choice
    Choices: ChoiceList
    @jsonName("json-name")
    @xmlName("XmlName")
    Other: String
    @xmlNamespace(uri: "http://example.com/ns")
    Spaced: Spaced
    default: String
}

/// A structure that contains itself.
structure Child {
    @xmlAttribute
    Id: String
    Name: String
    Count: Integer
    Child: Child
    Children: ChildList
}

@xmlNamespace(uri: "http://example.com/spaced")
structure Spaced { Text: String }

/// One of several, as DynamoDB's AttributeValue.
union Choice {
    S: String
    N: Integer
    B: Blob
    L: ChoiceList
    M: ChoiceMap
    Empty: Empty
}

structure Empty {}

enum Color { RED = "red", GREEN = "green", blue }
intEnum Level { LOW = 1, HIGH = 10 }
@timestampFormat("http-date")
timestamp HttpDate

list StringList { member: String }
list LongList { member: Long }
list Matrix { member: LongList }
list MomentList { member: Timestamp }
list ChildList { member: Child }
list ChoiceList { member: Choice }
list RenamedList { @xmlName("item") member: String }
map StringMap { key: String, value: String }
map NestedMap { key: String, value: LongList }
map RenamedMap { @xmlName("Name") key: String, @xmlName("Setting") value: String }
map ChildMap { key: String, value: Child }
map ChoiceMap { key: String, value: Choice }

// What the validator looks at.

structure Checked {
    @required
    @length(min: 1, max: 8)
    @pattern("^[a-zA-Z0-9-_]+$")
    FunctionName: String
    Runtime: Color
    Level: Level
    @range(min: 1, max: 900)
    Timeout: Integer
    @range(min: 0.5)
    Rate: Double
    @length(max: 4)
    Bytes: Blob
    Tags: TagList
    Variables: VariableMap
    Nested: Checked
    Choice: Choice
    Names: NameSet
    VPCConfig: Small
    KmsKey: KmsKey
}

structure Small { @required Id: String }
structure Tag { @required @length(min: 1) Key: String, Value: String }
@length(max: 2)
list TagList { member: Tag }
@uniqueItems
list NameSet { member: String }
map VariableMap { @pattern("[a-z]+") key: String, @length(max: 3) value: String }
@pattern("^(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()$")
string KmsKey
