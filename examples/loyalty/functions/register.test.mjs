import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bodyOf, fake, refusal, request } from '../lib/fake.mjs';
import { make } from './register.mjs';

const TEXT = 't=20180518T1500&s=1250.00&fn=8710000100518392&i=36420&fp=2519231274&n=1';
const ID = '8710000100518392-36420-2519231274', CARD = '2000000000015';
const now = () => new Date('2026-01-02T03:04:05.678Z');
const OWNED = { Item: { id: CARD } };
const post = (body = { card: CARD, receipt: TEXT }) => request('POST /receipts', { body });

test('a receipt is stored and told with its trace', async () => {
	process.env._X_AMZN_TRACE_ID = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
	const store = fake(OWNED);
	const answer = await make({ store, now })(post());
	delete process.env._X_AMZN_TRACE_ID;
	assert.equal(answer.statusCode, 202);
	assert.equal(answer.headers['x-amzn-trace-id'], 'Root=1-5759e988-bd862e3fe1be46a994272793');
	assert.deepEqual(bodyOf(answer), { id: ID, card: CARD, sum: '1250.00', issued: '2018-05-18T15:00:00', points: 125,
		state: 'received', trace: '1-5759e988-bd862e3fe1be46a994272793' });
	assert.equal(store.asked[1].Item.at, '2026-01-02T03:04:05.678Z');
	assert.equal(store.asked[1].Item.trace, '1-5759e988-bd862e3fe1be46a994272793');
	assert.equal(store.asked[1].ConditionExpression, 'attribute_not_exists(id)');
});

test('a picture is as good as its text', async () => {
	const store = fake(OWNED);
	const body = readFileSync(new URL('../lib/receipt.png', import.meta.url)).toString('base64');
	const answer = await make({ store, now })({ ...request('POST /receipts', { body }), isBase64Encoded: true,
		headers: { 'content-type': 'image/png' }, queryStringParameters: { card: CARD } });
	assert.equal(answer.statusCode, 202);
	assert.equal(bodyOf(answer).id, ID);
});

test('the same receipt again is refused', async () => {
	const store = fake(OWNED, refusal('ConditionalCheckFailedException'), { Item: { id: ID, state: 'counted', at: 'then' } });
	const answer = await make({ store, now })(post());
	assert.equal(answer.statusCode, 409);
	assert.deepEqual([bodyOf(answer).state, bodyOf(answer).registered], ['counted', 'then']);
});

test('what could not be stored is not accepted', async () => {
	const answer = await make({ store: fake(OWNED, new Error('no network')), now })(post());
	assert.equal(answer.statusCode, 500);
});

test('nothing is stored of a request that is wrong', async () => {
	for (const [event, status, field] of [
		[request('POST /receipts', { body: '{' }), 400, 'body'],
		[request('POST /receipts', { body: '[]' }), 400, 'body'],
		[post({ receipt: TEXT }), 400, 'card'],
		[post({ card: CARD }), 400, 'receipt'],
		[{ ...post(), headers: { 'content-type': 'text/plain' } }, 415, 'body'],
		[{ ...post(), headers: { 'content-type': 'image/png' } }, 400, 'card'],
	]) {
		const store = fake(OWNED);
		const answer = await make({ store, now })(event);
		assert.equal(answer.statusCode, status);
		assert.equal(bodyOf(answer).error, field);
		assert.equal(store.asked.length, 0);
	}
	const store = fake({});
	assert.equal((await make({ store, now })(post())).statusCode, 404, 'nobody has this card');
	assert.equal(store.asked.length, 1);
});
