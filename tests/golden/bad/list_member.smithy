$version: "2"
namespace t
list A { item: String }
