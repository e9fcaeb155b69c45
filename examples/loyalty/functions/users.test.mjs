import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf, fake, refusal, request } from '../lib/fake.mjs';
import { checkDigit, make } from './users.mjs';

const now = () => new Date(0), ANNA = { name: 'Anna', email: 'anna@example.com' };
const missing = () => refusal('ConditionalCheckFailedException');

test('a new user has a card, and no points', async () => {
	const store = fake();
	const answer = await make({ store, now })(request('POST /user', { body: ANNA }));
	assert.equal(answer.statusCode, 201);
	const { id, points } = bodyOf(answer);
	assert.match(id, /^2\d{12}$/);
	assert.equal(id.at(-1), checkDigit(id.slice(0, -1)));
	assert.equal(points, 0);
	assert.equal(store.asked[0].ConditionExpression, 'attribute_not_exists(id)');
	assert.equal(checkDigit('7992739871'), '3');
});

test('a card has one owner', async () => {
	const answer = await make({ store: fake(missing()), now })(request('POST /user', { body: { ...ANNA, card: '12345678' } }));
	assert.equal(answer.statusCode, 409);
	assert.equal(bodyOf(answer).error, 'card');
});

test('users come in pages', async () => {
	const store = fake({ Items: [{ id: '12345678', ...ANNA, points: 3 }], LastEvaluatedKey: { id: '12345678' } });
	const page = bodyOf(await make({ store })(request('GET /users', { queryStringParameters: { limit: '1' } })));
	assert.equal(page.users[0].points, 3);
	const more = fake({ Items: [] });
	await make({ store: more })(request('GET /users', { queryStringParameters: { next: page.next } }));
	assert.deepEqual(more.asked[0].ExclusiveStartKey, { id: '12345678' });
});

test('a change replaces what can be changed, and leaves the points', async () => {
	const store = fake({ Attributes: { id: '12345678', ...ANNA, points: 7 } });
	const put = request('PUT /user/{id}', { pathParameters: { id: '12345678' }, body: ANNA });
	assert.equal(bodyOf(await make({ store })(put)).points, 7);
	assert.match(store.asked[0].UpdateExpression, /REMOVE phone/);
	assert.equal((await make({ store: fake(missing()) })(put)).statusCode, 404);
	assert.equal((await make({ store: fake() })({ ...put, body: '{"points": 1000000}' })).statusCode, 400);
});

test('a user who leaves is gone', async () => {
	const del = request('DELETE /user/{id}', { pathParameters: { id: '12345678' } });
	assert.equal((await make({ store: fake() })(del)).statusCode, 204);
	assert.equal((await make({ store: fake(missing()) })(del)).statusCode, 404);
});
