$version: "1"
namespace t
