// GET /guests/{name}: a greeting, in the words of the layer.
const { greet } = require("greetings");

exports.handler = async (event) => {
	const name = decodeURIComponent(event.pathParameters.name);
	console.log(`greeting ${name}`);
	return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ text: greet(name) }) };
};
