$version: "2"
namespace t
@service(sdkId: "T") @sigv4(name: "t") @restJson1 service T { version: "1" }
/// Doc.
@http(method: "PUT", uri: "/a")
operation A { input := {
  @httpPayload Body: Blob
  Other: String } }
