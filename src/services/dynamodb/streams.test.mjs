// DynamoDB Streams through @aws-sdk/client-dynamodb-streams: what its reader makes of our records.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CreateTableCommand, DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand, ListStreamsCommand,
	ResourceNotFoundException } from '@aws-sdk/client-dynamodb-streams';

let server, tables, streams, folder;
before(async () => {
	folder = mkdtempSync(join(tmpdir(), 'samovar-test-'));
	server = spawn(process.env.SAMOVAR ?? 'build/asan/samovar', ['up', '--listen', '127.0.0.1:0', '--data', folder],
		{ stdio: ['ignore', 'pipe', 'ignore'] });
	const endpoint = await new Promise((done) => server.stdout.on('data', (text) => {
		const url = /http:\/\/\S+/.exec(text);
		if (url)
			done(url[0]);
	}));
	const options = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
	tables = new DynamoDBClient(options);
	streams = new DynamoDBStreamsClient(options);
});
after(async () => {
	tables.destroy();
	streams.destroy();
	server.kill('SIGTERM');
	const code = await new Promise((done) => server.on('exit', done));
	rmSync(folder, { recursive: true });
	assert.equal(code, 0);
});

test('records, page by page', async () => {
	const { TableDescription: table } = await tables.send(new CreateTableCommand({
		TableName: 'orders', BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
		AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
		StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
	}));
	const StreamArn = table.LatestStreamArn;
	const { Streams } = await streams.send(new ListStreamsCommand({ TableName: 'orders' }));
	assert.deepEqual(Streams, [{ StreamArn, TableName: 'orders', StreamLabel: table.LatestStreamLabel }]);
	const item = { id: { S: 'a' }, bytes: { B: new Uint8Array([0, 255]) }, list: { L: [{ N: '1' }, { NULL: true }] } };
	await tables.send(new PutItemCommand({ TableName: 'orders', Item: item }));
	await tables.send(new DeleteItemCommand({ TableName: 'orders', Key: { id: { S: 'a' } } }));
	const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
	assert.ok(StreamDescription.CreationRequestDateTime instanceof Date);
	let { ShardIterator } = await streams.send(new GetShardIteratorCommand({ StreamArn,
		ShardId: StreamDescription.Shards[0].ShardId, ShardIteratorType: 'TRIM_HORIZON' }));
	const records = [];
	for (let i = 0; i < 2; i++) {
		const page = await streams.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
		records.push(...page.Records);
		ShardIterator = page.NextShardIterator;
	}
	assert.deepEqual(records.map((r) => r.eventName), ['INSERT', 'REMOVE']);
	assert.deepEqual(records[0].dynamodb.NewImage, item);
	assert.equal(records[0].dynamodb.OldImage, undefined);
	assert.deepEqual(records[1].dynamodb.OldImage, item);
	assert.deepEqual(records[1].dynamodb.Keys, { id: { S: 'a' } });
	assert.ok(records[0].dynamodb.ApproximateCreationDateTime instanceof Date);
});

test('what is not there has a class of its own', async () => {
	const StreamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/none/stream/2026-01-01T00:00:00.000';
	await assert.rejects(streams.send(new DescribeStreamCommand({ StreamArn })), ResourceNotFoundException);
});
