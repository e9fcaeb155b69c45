$version: "2"
namespace t
@mixin structure A {}
structure B { A: A }
