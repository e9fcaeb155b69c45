$version: "2"
namespace t
list A { member: B }
map B { key: String value: A }
