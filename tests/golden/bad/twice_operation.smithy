$version: "2"
namespace t
@service(sdkId: "T") @sigv4(name: "t") @restJson1 service T { version: "1" }
/// One.
@http(method: "GET", uri: "/a") operation A {}
/// Two.
@http(method: "GET", uri: "/b") operation A {}
