$version: "2"
namespace t
structure A {
  @required @required B: String
}
