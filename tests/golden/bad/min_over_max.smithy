$version: "2"
namespace t
structure A { @length(min: 3, max: 2) B: String }
