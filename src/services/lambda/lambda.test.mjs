// Lambda through @aws-sdk/client-lambda: what its own checks and waiters make of our answers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CreateFunctionCommand, GetFunctionCommand, InvokeCommand, InvokeWithResponseStreamCommand, LambdaClient,
	paginateListFunctions, ResourceNotFoundException, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';

// A zip archive with one stored file.
function zip(name, text) {
	const data = Buffer.from(text), crc = crc32(data), n = Buffer.from(name);
	const head = Buffer.alloc(30), entry = Buffer.alloc(46), end = Buffer.alloc(22);
	head.writeUInt32LE(0x04034b50, 0);
	entry.writeUInt32LE(0x02014b50, 0);
	for (const [b, at] of [[head, 14], [entry, 16]]) {
		b.writeUInt32LE(crc, at);
		b.writeUInt32LE(data.length, at + 4);
		b.writeUInt32LE(data.length, at + 8);
		b.writeUInt16LE(n.length, at + 12);
	}
	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt16LE(1, 8);
	end.writeUInt16LE(1, 10);
	end.writeUInt32LE(46 + n.length, 12);
	end.writeUInt32LE(30 + n.length + data.length, 16);
	return Buffer.concat([head, n, data, entry, n, end]);
}

function crc32(data) {
	let crc = ~0;
	for (const byte of data) {
		crc ^= byte;
		for (let i = 0; i < 8; i++)
			crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc >>> 0;
}

let server, client, folder;
before(async () => {
	folder = mkdtempSync(join(tmpdir(), 'samovar-test-'));
	server = spawn(process.env.SAMOVAR ?? 'build/asan/samovar', ['up', '--listen', '127.0.0.1:0', '--data', folder],
		{ stdio: ['ignore', 'pipe', 'ignore'] });
	const endpoint = await new Promise((done) => server.stdout.on('data', (text) => {
		const url = /http:\/\/\S+/.exec(text);
		if (url)
			done(url[0]);
	}));
	client = new LambdaClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
});
after(async () => {
	client.destroy();
	server.kill('SIGTERM');
	const code = await new Promise((done) => server.on('exit', done));
	rmSync(folder, { recursive: true });
	assert.equal(code, 0);
});

const make = (FunctionName, code, more) => client.send(new CreateFunctionCommand({ FunctionName, Runtime: 'nodejs20.x',
	Role: 'arn:aws:iam::000000000000:role/r', Handler: 'index.handler', Code: { ZipFile: zip('index.mjs', code) }, ...more }));

test('a function is made, waited for and invoked', async () => {
	await make('plain', 'export const handler = async (e) => ({ got: e });');
	const waited = await waitUntilFunctionActiveV2({ client, maxWaitTime: 10 }, { FunctionName: 'plain' });
	assert.equal(waited.state, 'SUCCESS');
	const r = await client.send(new InvokeCommand({ FunctionName: 'plain', Payload: '{"a":1}', LogType: 'Tail' }));
	assert.equal(r.StatusCode, 200);
	assert.equal(r.ExecutedVersion, '$LATEST');
	assert.equal(r.FunctionError, undefined);
	assert.deepEqual(JSON.parse(Buffer.from(r.Payload).toString()), { got: { a: 1 } });
	assert.match(Buffer.from(r.LogResult, 'base64').toString(), /REPORT RequestId: /);
	const names = [];
	for await (const page of paginateListFunctions({ client, pageSize: 1 }, {}))
		names.push(...page.Functions.map((f) => f.FunctionName));
	assert.deepEqual(names, ['plain']);
});

test('errors have their types', async () => {
	await assert.rejects(client.send(new GetFunctionCommand({ FunctionName: 'none' })), (e) => {
		assert(e instanceof ResourceNotFoundException);
		assert.equal(e.message, 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:none');
		return true;
	});
});

test('a streamed answer', async () => {
	await make('stream', `export const handler = awslambda.streamifyResponse(async (e, stream) => {
		stream.write('one '); stream.write('two'); stream.end(); });`);
	const r = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'stream' }));
	let text = '', complete;
	for await (const event of r.EventStream) {
		if (event.PayloadChunk)
			text += Buffer.from(event.PayloadChunk.Payload).toString();
		complete = event.InvokeComplete ?? complete;
	}
	assert.equal(text, 'one two');
	assert.equal(complete.ErrorCode, undefined);
});
