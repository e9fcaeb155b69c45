$version: "2"
namespace t
structure A {}
string A
