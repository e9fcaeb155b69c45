$version: "2"
namespace t
@pattern("a")
structure A {}
