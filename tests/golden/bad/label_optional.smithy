$version: "2"
namespace t
@service(sdkId: "T") @sigv4(name: "t") @restJson1 service T { version: "1" }
/// Doc.
@http(method: "GET", uri: "/a/{Name}")
operation A { input := {
  @httpLabel Name: String } }
