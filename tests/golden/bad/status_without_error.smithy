$version: "2"
namespace t
@httpError(404)
structure A {}
