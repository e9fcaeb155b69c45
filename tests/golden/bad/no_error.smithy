$version: "2"
namespace t
@service(sdkId: "T") @sigv4(name: "t") @restJson1 service T { version: "1" }
structure E {}
/// Doc.
@http(method: "GET", uri: "/a")
operation A {
  errors: [E]
}
