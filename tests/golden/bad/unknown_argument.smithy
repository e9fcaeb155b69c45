$version: "2"
namespace t
structure A { @length(mn: 1) B: String }
