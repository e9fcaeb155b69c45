import assert from 'node:assert/strict';
import { test } from 'node:test';
import { make } from './operator.mjs';

test('only the key of this stage opens', async () => {
	const may = async (authorization, key = 'secret') => (await make(key)({ headers: { authorization } })).isAuthorized;
	assert.equal(await may('Bearer secret'), true);
	for (const bad of [undefined, '', 'secret', 'Bearer ', 'Bearer secret2', 'Basic secret'])
		assert.equal(await may(bad), false);
	assert.equal(await may('Bearer ', ''), false, 'no key opens nothing');
});
