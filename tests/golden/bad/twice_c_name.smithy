$version: "2"
namespace t
structure FooBar {}
structure Foo_bar {}
