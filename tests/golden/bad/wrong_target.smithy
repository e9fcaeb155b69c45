$version: "2"
namespace t
structure A {
  @length(min: 1)
  N: Integer
}
