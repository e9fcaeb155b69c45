$version: "2"
namespace t
/// Doc.
operation A {}
