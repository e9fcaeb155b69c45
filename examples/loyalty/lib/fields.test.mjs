import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardOf, nextOf, pageOf, receiptIdOf, userOf } from './fields.mjs';

test('cards and receipts are named by their numbers', () => {
	assert.equal(cardOf('2000000000015'), '2000000000015');
	for (const bad of [undefined, 42, '', '1234567', '1'.repeat(20), '12345678a', ['12345678']])
		assert.throws(() => cardOf(bad), { status: 400, field: 'card' });
	assert.equal(receiptIdOf('8710000100518392-36420-1'), '8710000100518392-36420-1');
	assert.throws(() => receiptIdOf('8710000100518392'), { status: 400, field: 'id' });
});

test('a user has a name, an address and perhaps a telephone', () => {
	assert.deepEqual(userOf({ name: ' Anna ', email: 'anna@example.com' }), { name: 'Anna', email: 'anna@example.com' });
	for (const [body, field] of [
		[{ email: 'a@b.cd' }, 'name'],
		[{ name: 'A\nB', email: 'a@b.cd' }, 'name'],
		[{ name: 'A', email: 'nobody' }, 'email'],
		[{ name: 'A', email: 'a@b.cd\r\nBcc: x@y.zz' }, 'email'],
		[{ name: 'A', email: 'a@b.cd', phone: 'none' }, 'phone'],
		[{ name: 'A', email: 'a@b.cd', mail: 1 }, 'mail'],
	])
		assert.throws(() => userOf(body), { status: 400, field });
});

test('a page goes on where the one before ended, and nowhere else', () => {
	assert.deepEqual(pageOf({}), { Limit: 20 });
	const key = { card: '20000000', at: '2026' };
	assert.deepEqual(pageOf({ limit: '5', next: nextOf(key) }, ['card', 'at']), { Limit: 5, ExclusiveStartKey: key });
	assert.equal(nextOf(undefined), undefined);
	for (const query of [{ limit: '0' }, { limit: '101' }, { limit: 'x' }])
		assert.throws(() => pageOf(query), { status: 400, field: 'limit' });
	for (const next of ['x', nextOf({ card: '1' }), nextOf({ card: '1', at: { $: 1 } })])
		assert.throws(() => pageOf({ next }, ['card', 'at']), { status: 400, field: 'next' });
});
