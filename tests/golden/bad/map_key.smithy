$version: "2"
namespace t
map A { key: Integer value: String }
