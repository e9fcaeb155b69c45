$version: "2"
namespace t
@service(sdkId: "T") @sigv4(name: "t") @restJson1 service T { version: "1" }
/// Doc.
@http(method: "GET", uri: "/a/{B}") operation A { input := { @required @httpLabel B: String } }
/// Doc.
@http(method: "GET", uri: "/a/{C}") operation D { input := { @required @httpLabel C: String } }
