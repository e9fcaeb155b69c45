// Runs invocations, one after another: the context, the ways a handler may answer, and what may go wrong.
'use strict';

const errors = require('./errors.js');
const logging = require('./logging.js');
const { ResponseStream, isStreaming } = require('./streaming.js');

function parseHeader(text) {
	if (!text)
		return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

class Context {
	constructor(runner, headers, env) {
		const deadline = Number(headers['lambda-runtime-deadline-ms']);
		this.callbackWaitsForEmptyEventLoop = true;
		this.functionVersion = env.AWS_LAMBDA_FUNCTION_VERSION;
		this.functionName = env.AWS_LAMBDA_FUNCTION_NAME;
		this.memoryLimitInMB = env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE;
		this.logGroupName = env.AWS_LAMBDA_LOG_GROUP_NAME;
		this.logStreamName = env.AWS_LAMBDA_LOG_STREAM_NAME;
		this.clientContext = parseHeader(headers['lambda-runtime-client-context']);
		this.identity = parseHeader(headers['lambda-runtime-cognito-identity']);
		this.invokedFunctionArn = headers['lambda-runtime-invoked-function-arn'];
		this.awsRequestId = headers['lambda-runtime-aws-request-id'];
		this.getRemainingTimeInMillis = () => deadline - Date.now();
		const { serial } = runner;
		this.succeed = (result) => runner.finish(serial, null, result);
		this.fail = (error) => runner.finish(serial, failureOf(error), undefined);
		this.done = (error, result) => runner.finish(serial, error === undefined || error === null ? null : failureOf(error), result);
	}
}

// null means no error to finish(): a handler may well fail with null or undefined.
function failureOf(error) {
	return { error };
}

class Runner {
	constructor(client, env) {
		this.client = client;
		this.env = { ...env };
		this.handler = null;
		this.serial = 0;      // of the invocation under way; odd while one is
		this.id = undefined;
		this.pending = null;  // a callback's result, kept until the event loop is empty
		this.stream = null;
		this.onInvocation = this.invoke.bind(this);
		this.onAnswer = this.answered.bind(this);
	}

	get busy() {
		return this.serial % 2 === 1;
	}

	start() {
		this.client.next(this.onInvocation);
	}

	watchProcess() {
		process.on('beforeExit', () => {
			if (!this.busy)
				return;
			if (this.stream)
				this.finishStream(this.serial, null);
			else if (this.pending)
				this.finish(this.serial, this.pending.failure, this.pending.result);
			else
				this.finish(this.serial, null, null);
		});
		process.on('uncaughtException', (e) => this.die(e, 'Uncaught Exception', 129));
		process.on('unhandledRejection', (reason, promise) => {
			const e = new errors.RuntimeError('Runtime.UnhandledPromiseRejection', String(reason),
				errors.isError(reason) ? reason : undefined);
			e.reason = errors.isError(reason) ? errors.recordOf(reason) : reason;
			e.promise = promise;
			this.die(e, 'Unhandled Promise Rejection', 128);
		});
	}

	// An error that nobody caught: it is the invocation's answer, and this process ends.
	die(e, title, code) {
		logging.logError(title, e);
		let payload;
		try {
			payload = JSON.stringify(errors.payloadOf(e));
		} catch {
			payload = JSON.stringify({ errorType: errors.typeOf(e), errorMessage: String(e), trace: [] });
		}
		const end = () => process.exit(code);
		if (!this.busy && this.handler) {
			end(); // between invocations
		} else if (!this.busy) {
			this.client.postInitError(errors.typeOf(e), payload, end);
		} else if (this.stream && this.stream.begun) {
			this.stream.onAnswer = end;
			this.stream.fail(errors.typeOf(e), payload);
			this.stream.once('finish', () => setTimeout(end, 20));
		} else {
			this.client.socket.ref();
			this.client.postError(this.id, errors.typeOf(e), payload, end);
		}
	}

	// body is the connection's buffer, so it is read before anything else can happen.
	invoke(status, headers, body) {
		if (status !== 200)
			process.exit(1);
		const text = body.utf8Slice(0, body.length);
		this.id = headers['lambda-runtime-aws-request-id'];
		this.serial++;
		this.pending = null;
		this.stream = null;
		logging.setRequestId(this.id);
		const trace = headers['lambda-runtime-trace-id'];
		if (trace)
			process.env._X_AMZN_TRACE_ID = trace;
		else
			delete process.env._X_AMZN_TRACE_ID;
		this.client.socket.unref();
		try {
			const context = new Context(this, headers, this.env);
			const event = text === '' ? undefined : JSON.parse(text);
			if (isStreaming(this.handler))
				this.runStreaming(event, context);
			else
				this.runBuffered(event, context);
		} catch (e) {
			this.finish(this.serial, failureOf(e), undefined);
		}
	}

	runBuffered(event, context) {
		const { serial, handler } = this;
		const callback = (error, result) => {
			const failure = error === undefined || error === null ? null : failureOf(error);
			if (serial !== this.serial || this.pending)
				return;
			if (context.callbackWaitsForEmptyEventLoop)
				this.pending = { failure, result };
			else
				this.finish(serial, failure, result);
		};
		const answer = handler(event, context, callback);
		if (answer !== null && answer !== undefined && typeof answer.then === 'function')
			answer.then((result) => this.finish(serial, null, result), (e) => this.finish(serial, failureOf(e), undefined));
	}

	runStreaming(event, context) {
		const { serial, handler } = this;
		const stream = new ResponseStream(this.client, this.id, this.onAnswer);
		this.stream = stream;
		stream.on('error', (e) => this.finishStream(serial, failureOf(e)));
		stream.on('finish', () => this.finishStream(serial, null));
		const answer = handler(event, stream, context);
		if (answer === null || answer === undefined || typeof answer.then !== 'function')
			throw new errors.RuntimeError('Runtime.StreamingHandler', 'Streaming handlers must be async functions.');
		answer.then(() => this.endStream(serial, stream), (e) => this.finishStream(serial, failureOf(e)));
	}

	// The handler's promise is kept: what it piped may still be on its way, then the end of the stream is awaited.
	endStream(serial, stream) {
		if (serial === this.serial && !stream.writableEnded && !this.pending)
			this.pending = { failure: null };
		if (serial === this.serial && stream.writableFinished)
			this.finishStream(serial, null);
	}

	finishStream(serial, failure) {
		const { stream } = this;
		if (serial !== this.serial)
			return;
		if (failure !== null) {
			logging.logError('Invoke Error', failure.error);
			const type = errors.typeOf(failure.error);
			const payload = JSON.stringify(errors.payloadOf(failure.error));
			if (!stream.begun) {
				this.serial++;
				this.client.socket.ref();
				this.client.postError(this.id, type, payload, this.onAnswer);
				this.client.next(this.onInvocation);
				return;
			}
			if (!stream.writableEnded && !stream.destroyed) {
				stream.fail(type, payload); // comes back here when it has finished
				return;
			}
			if (!stream.writableFinished)
				this.client.endStream(type, payload);
		} else if (!stream.writableEnded) {
			stream.end();
			return;
		}
		this.serial++;
		this.client.socket.ref();
		this.client.next(this.onInvocation);
	}

	finish(serial, failure, result) {
		if (serial !== this.serial)
			return;
		if (this.stream) {
			this.finishStream(serial, failure);
			return;
		}
		let body;
		if (failure === null) {
			try {
				body = JSON.stringify(result === undefined ? null : result);
				if (body === undefined)
					body = 'null';
			} catch (e) {
				failure = failureOf(new errors.RuntimeError('Runtime.MarshalError',
					`Unable to stringify response body as json: ${e.message}`, e));
			}
		}
		this.serial++;
		this.pending = null;
		this.client.socket.ref();
		if (failure === null) {
			this.client.postResponse(this.id, body, this.onAnswer, this.onInvocation);
			return;
		}
		logging.logError('Invoke Error', failure.error);
		this.client.postError(this.id, errors.typeOf(failure.error),
			JSON.stringify(errors.payloadOf(failure.error)), this.onAnswer);
		this.client.next(this.onInvocation);
	}

	// What the server says to an answer: 202; 413 when it was too large, which it reports to the caller itself.
	answered(status) {
		if (status >= 500)
			process.exit(1);
	}
}

module.exports = { Runner };
