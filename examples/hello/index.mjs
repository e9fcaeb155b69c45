// Says hello, tells the time, and writes a line to the log.
export const handler = async (event) => {
	const name = event.queryStringParameters?.name ?? 'world';
	console.log(`hello to ${name}`);
	return {
		statusCode: 200,
		headers: { 'content-type': 'text/plain; charset=utf-8' },
		body: `Hello, ${name}, the current time is ${new Date().toTimeString()}.\n`,
	};
};
