import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf, fake, request } from '../lib/fake.mjs';
import { nextOf } from '../lib/fields.mjs';
import { make } from './account.mjs';

const CARD = '2000000000015', USER = { Item: { id: CARD, name: 'Anna', points: 125, receipts: 1 } };
const of = (route, more) => request(route, { pathParameters: { id: CARD }, ...more });

test('the balance', async () => {
	const answer = await make({ store: fake(USER) })(of('GET /user/{id}/balance'));
	assert.deepEqual(bodyOf(answer), { id: CARD, name: 'Anna', points: 125, receipts: 1 });
	assert.equal((await make({ store: fake({}) })(of('GET /user/{id}/balance'))).statusCode, 404);
});

test('receipts and history come in pages, newest first', async () => {
	const last = { card: CARD, at: '2026-01-02T03:04:05.678Z', id: '8710000100518392-1-1' };
	const store = fake(USER, { Items: [{ id: last.id, sum: 999, state: 'counted', points: 0 }], LastEvaluatedKey: last });
	const page = bodyOf(await make({ store })(of('GET /user/{id}/receipts', { queryStringParameters: { limit: '1' } })));
	assert.equal(page.receipts[0].sum, '9.99');
	assert.equal(store.asked[1].ScanIndexForward, false);
	const after = fake(USER, { Items: [] });
	const end = bodyOf(await make({ store: after })(of('GET /user/{id}/receipts',
		{ queryStringParameters: { next: page.next } })));
	assert.deepEqual(after.asked[1].ExclusiveStartKey, last);
	assert.equal(end.next, undefined);

	const history = fake(USER, { Items: [{ card: CARD, at: '2026-01-02T03:04:05.678Z#r#sale', points: 1, why: 'sale' }] });
	assert.deepEqual(bodyOf(await make({ store: history })(of('GET /user/{id}/history'))).history,
		[{ at: '2026-01-02T03:04:05.678Z', points: 1, why: 'sale' }]);
});

test("another card's page is not to be had by a made-up key", async () => {
	const next = nextOf({ card: '2000000000022', at: '2026' });
	const answer = await make({ store: fake(USER) })(of('GET /user/{id}/history', { queryStringParameters: { next } }));
	assert.equal(answer.statusCode, 400);
});

test('one receipt', async () => {
	const id = '8710000100518392-1-1';
	const store = fake({ Item: { id, card: CARD, sum: 100, state: 'received', points: 0, counted_by: 'secret' } });
	const body = bodyOf(await make({ store })(request('GET /receipts/{id}', { pathParameters: { id } })));
	assert.equal(body.state, 'received');
	assert.equal(body.counted_by, undefined);
	assert.equal((await make({ store: fake({}) })(request('GET /receipts/{id}', { pathParameters: { id } }))).statusCode, 404);
	assert.equal((await make({ store: fake() })(request('GET /receipts/{id}', { pathParameters: { id: 'x' } }))).statusCode, 400);
});
