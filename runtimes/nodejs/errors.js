// Errors as the Runtime API carries them: {errorType, errorMessage, trace}.
'use strict';

// An error of the runtime itself: its name is AWS's "Runtime.Something".
class RuntimeError extends Error {
	constructor(name, message, cause) {
		super(message);
		this.name = name;
		if (cause && typeof cause.stack === 'string')
			this.stack = `${name}: ${cause.stack}`;
		else
			this.stack = `${name}: ${message}` + this.stack.slice(this.stack.indexOf('\n'));
	}
}

function isError(e) {
	return e instanceof Error ||
		(typeof e === 'object' && e !== null && typeof e.name === 'string' && typeof e.message === 'string' &&
			'stack' in e);
}

function typeOf(e) {
	return isError(e) ? String(e.name) : typeof e;
}

function describe(value) {
	try {
		return String(value);
	} catch {
		return Object.prototype.toString.call(value);
	}
}

function payloadOf(e) {
	if (!isError(e))
		return { errorType: typeof e, errorMessage: describe(e), trace: [] };
	const payload = { errorType: String(e.name), errorMessage: String(e.message) };
	if (e.reason !== undefined && e instanceof RuntimeError)
		payload.reason = e.reason;
	if (e.promise !== undefined && e instanceof RuntimeError)
		payload.promise = e.promise;
	payload.trace = typeof e.stack === 'string' ? e.stack.split('\n') : [];
	return payload;
}

// For the log: the error's own fields too.
function recordOf(e) {
	if (!isError(e))
		return { errorType: typeof e, errorMessage: describe(e), stack: [] };
	const record = { errorType: String(e.name), errorMessage: String(e.message) };
	for (const key of Object.keys(e)) {
		if (key !== 'name' && key !== 'message' && key !== 'stack')
			record[key] = e[key];
	}
	record.stack = typeof e.stack === 'string' ? e.stack.split('\n') : [];
	return record;
}

// An HTTP header carries visible ASCII only.
function headerOf(type) {
	return type.replace(/[^\x20-\x7e]/g, '?').slice(0, 256);
}

module.exports = { RuntimeError, isError, typeOf, payloadOf, recordOf, headerOf };
