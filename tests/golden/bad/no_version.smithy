$version: "2"
namespace t
@service(sdkId: "T") @sigv4(name: "t") @awsJson1_0
service T {}
