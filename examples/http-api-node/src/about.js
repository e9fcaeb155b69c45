// GET /: what this is.
exports.handler = async () => ({
	statusCode: 200,
	headers: { "content-type": "application/json" },
	body: JSON.stringify({ title: process.env.TITLE, version: process.env.VERSION, stage: process.env.STAGE }),
});
