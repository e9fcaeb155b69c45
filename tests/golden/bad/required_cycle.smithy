$version: "2"
namespace t
structure A { @required B: B }
structure B { @required A: A }
