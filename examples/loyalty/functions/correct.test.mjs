import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf, fake, refusal, request } from '../lib/fake.mjs';
import { make } from './correct.mjs';

const ID = '8710000100518392-36420-2519231274';
const RECEIPT = { Item: { id: ID, card: '2000000000015', sum: 125000, points: 125, state: 'counted' } };
const run = (store, event) => make({ store, now: () => new Date(0), pause: async () => {} })(event);
const put = (body = { sum: '250.00', reason: 'a typo' }) => (
	request('PUT /receipts/{id}', { pathParameters: { id: ID }, body }));
const del = request('DELETE /receipts/{id}', { pathParameters: { id: ID } });

test('a corrected sum moves the balance by the difference', async () => {
	const store = fake(RECEIPT);
	const answer = await run(store, put());
	assert.equal(answer.statusCode, 200);
	assert.equal(bodyOf(answer).points, 25);
	const [receipt, user, movement] = store.asked[1].TransactItems;
	assert.deepEqual(receipt.Update.ExpressionAttributeValues, { ':was': 'counted', ':points': 125, ':sum': 125000,
		':is': 'counted', ':worth': 25, ':price': 25000, ':reason': 'a typo' });
	assert.deepEqual(user.Update.ExpressionAttributeValues, { ':delta': -100, ':less': 0 });
	assert.equal(movement.Put.Item.why, 'corrected');
	assert.equal(movement.Put.Item.reason, 'a typo');
});

test('a deleted receipt takes its points along', async () => {
	const store = fake(RECEIPT);
	assert.equal((await run(store, del)).statusCode, 204);
	const [receipt, user] = store.asked[1].TransactItems;
	assert.equal(receipt.Update.ExpressionAttributeValues[':is'], 'deleted');
	assert.deepEqual(user.Update.ExpressionAttributeValues, { ':delta': -125, ':less': -1 });
});

test('two who change the same receipt come one after the other', async () => {
	const conflict = refusal('TransactionCanceledException', { CancellationReasons: [{ Code: 'TransactionConflict' }] });
	const store = fake(RECEIPT, conflict, { Item: { ...RECEIPT.Item, points: 50, sum: 50000 } });
	assert.equal((await run(store, put())).statusCode, 200);
	assert.equal(store.asked[3].TransactItems[1].Update.ExpressionAttributeValues[':delta'], -25, 'read again');
	const always = fake(...Array.from({ length: 16 }, (_, i) => (i % 2 ? conflict : RECEIPT)));
	assert.equal((await run(always, put())).statusCode, 503);
});

test('what cannot be corrected says why', async () => {
	for (const [answers, event, status] of [
		[[{}], del, 404],
		[[{ Item: { ...RECEIPT.Item, state: 'received' } }], del, 409],
		[[{ Item: { ...RECEIPT.Item, state: 'deleted' } }], put(), 409],
		[[RECEIPT, refusal('TransactionCanceledException',
			{ CancellationReasons: [{}, { Code: 'ConditionalCheckFailed' }] })], del, 409],
		[[], put({ sum: '1', reason: 'none' }), 400],
		[[], put({ sum: '1.00' }), 400],
		[[], request('PUT /receipts/{id}', { pathParameters: { id: '1' }, body: { sum: '1.00', reason: 'why' } }), 400],
	])
		assert.equal((await run(fake(...answers), event)).statusCode, status);
});
