$version: "2"
namespace t
structure A { @jsonName B: String }
