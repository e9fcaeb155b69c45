$version: "2"
namespace t
resource A {}
