$version: "2"
namespace t
structure A { B: Nothing }
