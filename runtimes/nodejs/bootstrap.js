// The Node.js runtime of a function instance: takes its start message, loads the handler, serves invocations.
'use strict';

const fs = require('node:fs');
const Module = require('node:module');
const errors = require('./errors.js');
const logging = require('./logging.js');
const { Client } = require('./client.js');
const { Runner } = require('./runner.js');
const { loadHandler } = require('./handler.js');

/*
 * A booted runtime waits here, on descriptor 3, until it is told whose it is: texts that each end in a NUL, the
 * count of arguments, the arguments, the count of variables, the variables. Then the end of the file.
 */
function readStartMessage() {
	const parts = [];
	const chunk = Buffer.allocUnsafe(64 * 1024);
	for (;;) {
		let n;
		try {
			n = fs.readSync(3, chunk, 0, chunk.length, null);
		} catch (e) {
			if (e.code === 'EAGAIN' || e.code === 'EINTR')
				continue;
			throw e;
		}
		if (n === 0)
			break;
		parts.push(Buffer.from(chunk.subarray(0, n)));
	}
	fs.closeSync(3);
	const texts = Buffer.concat(parts).toString('utf8').split('\0');
	const argc = Number(texts[0]);
	const envc = Number(texts[argc + 1]);
	if (!Number.isInteger(argc) || !Number.isInteger(envc))
		process.exit(1); // the server went away before it had a use for this runtime
	return texts.slice(argc + 2, argc + 2 + envc);
}

function applyEnvironment(variables) {
	for (const name of Object.keys(process.env))
		delete process.env[name];
	for (const variable of variables) {
		const equals = variable.indexOf('=');
		process.env[variable.slice(0, equals)] = variable.slice(equals + 1);
	}
	// Node read these at its own start, before they were known.
	Module._initPaths();
	if ((process.env.NODE_OPTIONS || '').includes('--enable-source-maps'))
		process.setSourceMapsEnabled(true);
}

async function main() {
	const booted = process.argv[2] === '--booted';
	if (booted) {
		require('./warm.js').warm();
		process.argv.splice(2, 1);
		applyEnvironment(readStartMessage());
	}
	const root = process.env.LAMBDA_TASK_ROOT || process.cwd();
	process.chdir(root);
	logging.install(process.env);
	const client = new Client(process.env.AWS_LAMBDA_RUNTIME_API);
	const runner = new Runner(client, process.env);
	runner.watchProcess();
	try {
		await client.connect();
		runner.handler = await loadHandler(root, process.env._HANDLER || '');
	} catch (e) {
		logging.logError('Uncaught Exception', e);
		client.postInitError(errors.typeOf(e), JSON.stringify(errors.payloadOf(e)), () => process.exit(1));
		return;
	}
	runner.start();
}

main();
