$version: "2"
namespace t
structure A {}
structure B with [A] {}
