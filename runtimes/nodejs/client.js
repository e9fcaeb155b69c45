// The Runtime API's client: one kept connection, one write for an answer and the question after it.
'use strict';

const net = require('node:net');
const errors = require('./errors.js');

const PATH = '/2018-06-01/runtime';
const HEAD_END = Buffer.from('\r\n\r\n');

class Client {
	constructor(address) {
		const colon = address.lastIndexOf(':');
		this.host = address.slice(0, colon);
		this.port = Number(address.slice(colon + 1));
		this.nextRequest = `GET ${PATH}/invocation/next HTTP/1.1\r\nHost: ${address}\r\n\r\n`;
		this.hostLine = `Host: ${address}\r\n`;
		this.waiting = [];   // one for each request whose answer is to come: (status, headers, body) => void
		this.head = null;    // the beginning of an answer's head, when it came in pieces
		this.headers = null; // of the answer whose body is coming
		this.status = 0;
		this.body = null;
		this.filled = 0;
	}

	connect() {
		return new Promise((resolve, reject) => {
			const buffer = Buffer.allocUnsafeSlow(64 * 1024);
			this.socket = net.connect({
				host: this.host,
				port: this.port,
				noDelay: true,
				onread: { buffer, callback: (n) => (this.onRead(buffer, n), true) },
			});
			this.socket.once('connect', resolve);
			this.socket.once('error', reject);
			this.socket.on('close', () => process.exit(1)); // the server has gone, and with it all purpose
		});
	}

	onRead(buffer, n) {
		let at = 0;
		while (at < n) {
			if (this.body === null) {
				at = this.readHead(buffer, at, n);
			} else {
				const part = Math.min(n - at, this.body.length - this.filled);
				buffer.copy(this.body, this.filled, at, at + part);
				this.filled += part;
				at += part;
				if (this.filled === this.body.length)
					this.deliver(this.body);
			}
		}
	}

	// Takes an answer's head and what is there of its body; returns where it stopped.
	readHead(buffer, at, n) {
		let bytes = buffer.subarray(at, n);
		const before = this.head === null ? 0 : this.head.length;
		if (before > 0)
			bytes = Buffer.concat([this.head, bytes]);
		const end = bytes.indexOf(HEAD_END);
		if (end < 0) {
			this.head = Buffer.from(bytes);
			return n;
		}
		this.head = null;
		this.parseHead(bytes.utf8Slice(0, end));
		const length = Number(this.headers['content-length'] || 0);
		const start = at + end + 4 - before;
		if (start + length <= n) {
			this.deliver(buffer.subarray(start, start + length));
			return start + length;
		}
		this.body = Buffer.allocUnsafe(length);
		this.filled = 0;
		return start;
	}

	parseHead(text) {
		const headers = {};
		let line = text.indexOf('\r\n');
		this.status = Number(text.slice(9, 12));
		while (line >= 0) {
			const start = line + 2;
			line = text.indexOf('\r\n', start);
			const colon = text.indexOf(':', start);
			headers[text.slice(start, colon).toLowerCase()] =
				text.slice(colon + 1, line < 0 ? text.length : line).trim();
		}
		this.headers = headers;
	}

	// The body is the connection's own buffer: whoever gets it has done with it on return.
	deliver(body) {
		const { status, headers } = this;
		this.body = null;
		this.headers = null;
		this.waiting.shift()(status, headers, body);
	}

	next(onInvocation) {
		this.waiting.push(onInvocation);
		this.socket.write(this.nextRequest, 'latin1');
	}

	head_(path, length, more) {
		return `POST ${PATH}/${path} HTTP/1.1\r\n${this.hostLine}Content-Length: ${length}\r\n${more}\r\n`;
	}

	// Sends the answer together with the next question.
	postResponse(id, body, onAnswer, onInvocation) {
		this.waiting.push(onAnswer, onInvocation);
		this.socket.write(this.head_(`invocation/${id}/response`, Buffer.byteLength(body),
			'Content-Type: application/json\r\n') + body + this.nextRequest, 'utf8');
	}

	postError(id, type, body, onAnswer) {
		this.waiting.push(onAnswer);
		this.socket.write(this.head_(`invocation/${id}/error`, Buffer.byteLength(body),
			`Content-Type: application/json\r\nLambda-Runtime-Function-Error-Type: ${errors.headerOf(type)}\r\n`) +
			body, 'utf8');
	}

	postInitError(type, body, onAnswer) {
		if (!this.socket || this.socket.connecting || this.socket.destroyed)
			process.exit(1);
		this.waiting.push(onAnswer);
		this.socket.write(this.head_('init/error', Buffer.byteLength(body),
			`Content-Type: application/json\r\nLambda-Runtime-Function-Error-Type: ${errors.headerOf(type)}\r\n`) +
			body, 'utf8');
	}

	// A streamed answer: begin, parts, end; an error after the beginning goes into the trailers.
	beginStream(id, contentType, onAnswer) {
		this.waiting.push(onAnswer);
		this.socket.write(`POST ${PATH}/invocation/${id}/response HTTP/1.1\r\n${this.hostLine}` +
			'Transfer-Encoding: chunked\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n' +
			'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n' +
			`Content-Type: ${contentType}\r\n\r\n`, 'latin1');
	}

	writePart(bytes, done) {
		if (bytes.length === 0) {
			done();
			return;
		}
		this.socket.cork();
		this.socket.write(bytes.length.toString(16) + '\r\n', 'latin1');
		this.socket.write(bytes);
		this.socket.write('\r\n', 'latin1', done);
		this.socket.uncork();
	}

	endStream(errorType, errorPayload) {
		let text = '0\r\n';
		if (errorType !== undefined) {
			text += `Lambda-Runtime-Function-Error-Type: ${errors.headerOf(errorType)}\r\n` +
				`Lambda-Runtime-Function-Error-Body: ${Buffer.from(errorPayload).toString('base64')}\r\n`;
		}
		this.socket.write(text + '\r\n', 'latin1');
	}
}

module.exports = { Client };
