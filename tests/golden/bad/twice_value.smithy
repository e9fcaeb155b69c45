$version: "2"
namespace t
enum A {
  B = "b"
  C = "b"
}
