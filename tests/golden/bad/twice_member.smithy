$version: "2"
namespace t
structure A {
  Name: String
  name: String
}
