// A server of a test file's own, clients of it, and archives for functions.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from './crc32.mjs';

export const role = 'arn:aws:iam::000000000000:role/r';

// Options as of `samovar up`. endpoint, client(Class, more), rootKey() and stop() are what there is.
export async function startServer(...options) {
	const data = mkdtempSync(join(tmpdir(), 'samovar-test-'));
	const child = spawn(process.env.SAMOVAR ?? 'build/asan/samovar', ['up', '--listen', '127.0.0.1:0', '--data', data, ...options],
		{ stdio: ['ignore', 'pipe', 'pipe'] });
	let log = '';
	child.stderr.on('data', (text) => { log += text; });
	const ended = new Promise((done) => child.on('exit', done));
	const endpoint = await new Promise((done, failed) => {
		child.stdout.on('data', (text) => {
			const url = /http:\/\/\S+/.exec(text);
			if (url)
				done(url[0]);
		});
		child.on('exit', () => failed(new Error(`the server did not start: ${log}`)));
	});
	const clients = [];
	return {
		data, endpoint,
		client(Class, more = {}) {
			const client = new Class({ endpoint, region: 'us-east-1', maxAttempts: 1,
				credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, ...more });
			clients.push(client);
			return client;
		},
		rootKey() {
			const text = readFileSync(join(data, 'root-credentials'), 'utf8');
			return { accessKeyId: /aws_access_key_id = (\S+)/.exec(text)[1], secretAccessKey: /aws_secret_access_key = (\S+)/.exec(text)[1] };
		},
		// SIGTERM: fails when a sanitizer found something.
		async stop() {
			for (const client of clients)
				client.destroy();
			child.kill('SIGTERM');
			const code = await ended;
			rmSync(data, { recursive: true, force: true });
			if (code !== 0)
				throw new Error(`the server ended with ${code}: ${log}`);
		},
	};
}

// A zip archive of stored files: zip({ 'index.mjs': 'text' }).
export function zip(files) {
	const parts = [], directory = [];
	let at = 0;
	for (const [name, text] of Object.entries(files)) {
		const data = Buffer.from(text), n = Buffer.from(name), head = Buffer.alloc(30), entry = Buffer.alloc(46);
		head.writeUInt32LE(0x04034b50, 0);
		entry.writeUInt32LE(0x02014b50, 0);
		for (const [b, offset] of [[head, 14], [entry, 16]]) {
			b.writeUInt32LE(crc32(data), offset);
			b.writeUInt32LE(data.length, offset + 4);
			b.writeUInt32LE(data.length, offset + 8);
			b.writeUInt16LE(n.length, offset + 12);
		}
		entry.writeUInt32LE(at, 42);
		parts.push(head, n, data);
		directory.push(entry, n);
		at += head.length + n.length + data.length;
	}
	const end = Buffer.alloc(22), entries = Object.keys(files).length;
	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt16LE(entries, 8);
	end.writeUInt16LE(entries, 10);
	end.writeUInt32LE(directory.reduce((sum, b) => sum + b.length, 0), 12);
	end.writeUInt32LE(at, 16);
	return Buffer.concat([...parts, ...directory, end]);
}

export const text = (bytes) => Buffer.from(bytes ?? '').toString();
export const json = (bytes) => JSON.parse(text(bytes));

// Until probe() answers something; a few seconds at most.
export async function eventually(probe, what, ms = 8000) {
	for (const end = Date.now() + ms; ;) {
		const found = await probe();
		if (found)
			return found;
		if (Date.now() > end)
			throw new Error(`${what} did not happen`);
		await new Promise((done) => setTimeout(done, 30));
	}
}
