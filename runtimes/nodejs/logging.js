// The console of a function: each call is one record on stdout, with time, request id and level (or JSON).
'use strict';

const fs = require('node:fs');
const util = require('node:util');
const errors = require('./errors.js');

const LEVELS = { TRACE: 10, DEBUG: 20, INFO: 30, WARN: 40, ERROR: 50, FATAL: 60 };

let requestId; // of the invocation under way
let json = false;
let lowest = LEVELS.TRACE;

// A record is one line to the server; the newlines inside it travel as carriage returns.
function write(text) {
	let bytes = Buffer.from(text.replace(/\r\n|\n/g, '\r') + '\n');
	while (bytes.length > 0) {
		try {
			bytes = bytes.subarray(fs.writeSync(1, bytes));
		} catch (e) {
			if (e.code !== 'EAGAIN')
				return;
		}
	}
}

function replaceErrors(key, value) {
	if (value instanceof Error) {
		const record = errors.recordOf(value);
		return { errorType: record.errorType, errorMessage: record.errorMessage, stackTrace: record.stack.slice(1) };
	}
	return typeof value === 'bigint' ? String(value) : value;
}

// AWS's JSON form: one value is kept as it is, several are formatted into a text.
function jsonRecord(level, args) {
	const record = { timestamp: new Date().toISOString(), level, requestId };
	try {
		record.message = args.length === 1 ? args[0] : util.format(...args);
		const error = args.find((arg) => arg instanceof Error);
		if (error !== undefined && args.length > 1)
			Object.assign(record, replaceErrors('', error));
		return JSON.stringify(record, replaceErrors);
	} catch {
		record.message = util.format(...args);
		return JSON.stringify(record);
	}
}

function textRecord(level, args) {
	return `${new Date().toISOString()}\t${requestId}\t${level}\t${util.format(...args)}`;
}

function log(level, args) {
	if (LEVELS[level] < lowest)
		return;
	if (json)
		write(jsonRecord(level, args));
	else
		write(textRecord(level, args));
}

// An error of an invocation or of the initialisation, in the form that log tools for Lambda know.
function logError(title, e) {
	let text;
	if (json) {
		log('ERROR', [e]);
		return;
	}
	try {
		text = JSON.stringify(errors.recordOf(e));
	} catch {
		text = JSON.stringify(errors.payloadOf(e));
	}
	log('ERROR', [`${title} \t${text}`.replace(/%/g, '%%')]);
}

function install(env) {
	json = env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
	lowest = LEVELS[(env.AWS_LAMBDA_LOG_LEVEL || '').toUpperCase()] || LEVELS.TRACE;
	console.log = (...args) => log('INFO', args);
	console.info = (...args) => log('INFO', args);
	console.warn = (...args) => log('WARN', args);
	console.error = (...args) => log('ERROR', args);
	console.debug = (...args) => log('DEBUG', args);
	console.fatal = (...args) => log('FATAL', args);
	console.trace = (...args) => {
		const holder = { name: 'Trace', message: util.format(...args) };
		Error.captureStackTrace(holder, console.trace);
		log('TRACE', ['%s', holder.stack.replace(/^Error|^\[object Object\]/, 'Trace')]);
	};
}

// What the first console.log would have to compile.
function warm() {
	util.format('%s %d %j', 'warm', 1, {}, { list: [1, 'text', null], map: new Map([[1, new Date()]]) }, new Error('warm'));
	textRecord('INFO', ['warm\n']).replace(/\r\n|\n/g, '\r');
	jsonRecord('INFO', [{ warm: true }]);
	requestId = undefined;
}

function setRequestId(id) {
	requestId = id;
}

module.exports = { install, setRequestId, logError, log, warm };
