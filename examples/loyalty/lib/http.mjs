// What the functions behind the HTTP API share: refusals, answers, bodies, and which route is which function.

/** An answer that is the client's own fault: `field` names what is wrong. */
export class Refusal extends Error {
	constructor(status, field, message, more = {}) {
		super(message);
		Object.assign(this, { status, field, more });
	}
}

/** The id under which X-Ray (and `samovar logs --trace`) follows this request. */
export function traceId() {
	return /Root=([^;]+)/.exec(process.env._X_AMZN_TRACE_ID ?? '')?.[1] ?? null;
}

export function answer(status, body, headers = {}) {
	const trace = traceId();
	return {
		statusCode: status,
		headers: { 'content-type': 'application/json', 'cache-control': 'no-store',
			...(trace && { 'x-amzn-trace-id': `Root=${trace}` }), ...headers },
		body: body === undefined ? '' : JSON.stringify(body),
	};
}

/** One line of the log, which is JSON, so that it can be searched by its fields. */
export function log(what, fields = {}) {
	console.log(JSON.stringify({ what, ...fields }));
}

export function bytesOf(event) {
	return Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
}

export function jsonOf(event) {
	let body;
	try {
		body = JSON.parse(bytesOf(event).toString('utf8'));
	} catch {
		throw new Refusal(400, 'body', 'the body is not JSON');
	}
	if (body === null || typeof body !== 'object' || Array.isArray(body))
		throw new Refusal(400, 'body', 'the body must be a JSON object');
	return body;
}

/** A handler out of {"GET /path": async (event) => answer}. */
export function endpoint(routes) {
	return async (event) => {
		const route = routes[event.routeKey];
		try {
			if (!route)
				throw new Refusal(404, 'path', `there is no ${event.routeKey}`);
			return await route(event);
		} catch (e) {
			if (e instanceof Refusal) {
				log('refused', { route: event.routeKey, status: e.status, field: e.field, why: e.message, ...e.more });
				return answer(e.status, { error: e.field, message: e.message, ...e.more });
			}
			console.error(e);
			return answer(500, { error: 'server', message: 'this went wrong here; try again', trace: traceId() });
		}
	};
}
