// Streamed answers: awslambda.streamifyResponse and HttpResponseStream.
'use strict';

const { Writable } = require('node:stream');

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HTTP_TYPE = 'application/vnd.awslambda.http-integration-response';

// What a streaming handler writes to. The request goes out with the first byte, so that headers can still be set.
class ResponseStream extends Writable {
	constructor(client, id, onAnswer) {
		super({ highWaterMark: 64 * 1024 });
		this.client = client;
		this.id = id;
		this.onAnswer = onAnswer;
		this.contentType = 'application/octet-stream';
		this.prelude = null;
		this.begun = false;
		this.failure = null;
	}

	setContentType(type) {
		if (this.begun)
			throw new Error('Cannot set the content type: the response has begun.');
		this.contentType = String(type).replace(/[\r\n]/g, '');
	}

	begin() {
		if (this.begun)
			return;
		this.begun = true;
		this.client.beginStream(this.id, this.contentType, this.onAnswer);
		if (this.prelude !== null)
			this.client.writePart(Buffer.concat([Buffer.from(this.prelude), Buffer.alloc(8)]), () => {});
	}

	_write(chunk, encoding, done) {
		this.begin();
		this.client.writePart(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk, done);
	}

	_final(done) {
		this.begin();
		if (this.failure === null)
			this.client.endStream();
		else
			this.client.endStream(this.failure.type, this.failure.payload);
		done();
	}

	// Ends it with the error in the trailers.
	fail(type, payload) {
		this.failure = { type, payload };
		this.end();
	}
}

const HttpResponseStream = {
	// The status, headers and cookies go ahead of the body, as JSON and eight NULs.
	from(stream, prelude) {
		stream.setContentType(HTTP_TYPE);
		stream.prelude = JSON.stringify(prelude);
		return stream;
	},
};

function streamifyResponse(handler, options) {
	handler[STREAMING] = 'response';
	if (options && options.highWaterMark !== undefined)
		handler[Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark')] = Number(options.highWaterMark);
	return handler;
}

function isStreaming(handler) {
	return handler[STREAMING] === 'response';
}

globalThis.awslambda = { streamifyResponse, HttpResponseStream };

module.exports = { ResponseStream, isStreaming };
