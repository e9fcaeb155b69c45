$version: "2"
namespace t
structure A { @jsonName("b) B: String }
