import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSum, parseReceipt, parseSum, pointsFor } from './receipt.mjs';

const TEXT = 't=20180518T1500&s=1250.00&fn=8710000100518392&i=36420&fp=2519231274&n=1';

test('a receipt is what its QR code says', () => {
	const want = { id: '8710000100518392-36420-2519231274', issued: '2018-05-18T15:00:00', sum: 125000 };
	assert.deepEqual(parseReceipt(TEXT), want);
	assert.deepEqual(parseReceipt(` ${TEXT.split('&').reverse().join('&')}\n`), want, 'the order of the fields is free');
	assert.equal(parseReceipt(TEXT.replace('T1500', 'T150042')).issued, '2018-05-18T15:00:42');
});

test('what is no receipt is refused, and told why', () => {
	for (const [text, status, message] of [
		[undefined, 400, /is needed/],
		['', 400, /is needed/],
		['x'.repeat(201), 400, /200 characters/],
		['https://example.com/?t=1', 400, /not the text of a receipt/],
		[TEXT.replace('&n=1', ''), 400, /lacks its operation/],
		[TEXT.replace('n=1', 'n=2'), 422, /only a sale/],
		[TEXT.replace('n=1', 'n=5'), 400, /not the text/],
		[TEXT.replace('1250.00', '-1.00'), 400, /not the text/],
		[TEXT.replace('1250.00', '1250'), 400, /not the text/],
		[TEXT.replace('1250.00', '1000000.01'), 422, /over a million/],
		[TEXT.replace('0518T1500', '0231T1500'), 400, /time is none/],
		[TEXT.replace('T1500', 'T2500'), 400, /time is none/],
		[`${TEXT}&n=1`, 400, /not the text/],
		[`${TEXT}&__proto__=1`, 400, /not the text/],
	])
		assert.throws(() => parseReceipt(text), (e) => e.status === status && message.test(e.message), String(text));
});

test('points are for each full price, in whole numbers', () => {
	assert.equal(pointsFor(125000, 1000), 125);
	assert.equal(pointsFor(999, 1000), 0);
	assert.equal(pointsFor(parseSum('19.99'), 1000), 1);
	assert.equal(parseSum('0.29'), 29, 'no cent is lost to binary fractions');
	assert.equal(formatSum(29), '0.29');
	assert.throws(() => parseSum('1,5'), { status: 400, field: 'sum' });
});
