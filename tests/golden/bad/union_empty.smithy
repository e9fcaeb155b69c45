$version: "2"
namespace t
union A {}
