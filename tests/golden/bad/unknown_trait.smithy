$version: "2"
namespace t
@colour
structure A {}
