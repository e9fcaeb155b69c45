import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fake } from '../lib/fake.mjs';
import { make } from './enqueue.mjs';

const recordOf = (n) => ({ eventName: 'INSERT', dynamodb: { SequenceNumber: String(1000 + n), NewImage: { id: { S: `r${n}` },
	...(n % 2 && { trace: { S: `1-5759e988-bd862e3fe1be46a9942727${n}${n}` } }) } } });
const records = (count) => ({ Records: Array.from({ length: count }, (_, n) => recordOf(n)) });

test('each new receipt becomes a message of its trace', async () => {
	const queue = fake();
	assert.deepEqual(await make({ queue, url: 'the queue' })(records(2)), { batchItemFailures: [] });
	assert.deepEqual(queue.asked, [{ name: 'SendMessageBatchCommand', QueueUrl: 'the queue', Entries: [
		{ Id: '0', MessageBody: '{"id":"r0"}' },
		{ Id: '1', MessageBody: '{"id":"r1"}', MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String',
			StringValue: 'Root=1-5759e988-bd862e3fe1be46a994272711' } } }] }]);
});

test('a queue takes ten at once', async () => {
	const queue = fake();
	await make({ queue, url: 'q' })(records(25));
	assert.deepEqual(queue.asked.map((a) => a.Entries.length), [10, 10, 5]);
});

test('what the queue did not take comes again', async () => {
	const queue = fake({}, { Failed: [{ Id: '3' }] }, new Error('no network'));
	const { batchItemFailures } = await make({ queue, url: 'q' })(records(22));
	assert.deepEqual(batchItemFailures.map((f) => f.itemIdentifier), ['1013', '1020', '1021']);
});
