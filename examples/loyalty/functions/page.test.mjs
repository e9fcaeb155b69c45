import assert from 'node:assert/strict';
import { test } from 'node:test';
import { request } from '../lib/fake.mjs';
import { handler } from './page.mjs';

test('the page and its parts, and no other file', async () => {
	const page = await handler(request('GET /'));
	assert.equal(page.statusCode, 200);
	assert.match(page.headers['content-type'], /^text\/html/);
	assert.doesNotMatch(page.body, /https?:\/\//, 'nothing comes from other hosts');
	for (const file of [...page.body.matchAll(/(?:src|href)="page\/([^"]+)"/g)].map((m) => m[1]))
		assert.equal((await handler(request('GET /page/{file}', { pathParameters: { file } }))).statusCode, 200, file);
	for (const file of ['../package.json', 'constructor', ''])
		assert.equal((await handler(request('GET /page/{file}', { pathParameters: { file } }))).statusCode, 404, file);
});
