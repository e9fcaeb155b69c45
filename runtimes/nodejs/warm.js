// Runs the way of an invocation once before there is one, so that a cold start finds the code compiled.
'use strict';

const errors = require('./errors.js');
const logging = require('./logging.js');
const { Client } = require('./client.js');
const { Runner } = require('./runner.js');

function warm() {
	const client = new Client('127.0.0.1:9001');
	client.socket = { write() {}, ref() {}, unref() {} };
	const body = '{"warm":[1,"text",null,true]}';
	const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: 0\r\n' +
		'Lambda-Runtime-Deadline-Ms: 0\r\nLambda-Runtime-Invoked-Function-Arn: arn\r\n' +
		`Content-Length: ${body.length}\r\n\r\n${body}`;
	const accepted = 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n';
	const runner = new Runner(client, process.env);
	runner.handler = (event, context) => ({ then: (keep) => keep({ event, left: context.getRemainingTimeInMillis() }) });
	runner.start();
	for (let i = 0; i < 3; i++) {
		const bytes = Buffer.from((i > 0 ? accepted : '') + head);
		client.onRead(bytes, bytes.length);
	}
	errors.payloadOf(new Error('warm'));
	logging.warm();
	delete process.env._X_AMZN_TRACE_ID;
}

module.exports = { warm };
