// Lambda through @aws-sdk/client-lambda: versions, aliases, layers, events, errors.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import * as L from '@aws-sdk/client-lambda';
import { eventually, json, role, startServer, zip } from './server.mjs';

let server, client;
before(async () => {
	server = await startServer();
	client = server.client(L.LambdaClient);
});
after(() => server.stop());

const send = (name, input) => client.send(new L[`${name}Command`](input));
async function make(FunctionName, code, more) {
	const made = await send('CreateFunction', { FunctionName, Runtime: 'nodejs22.x', Role: role, Handler: 'index.handler',
		Code: { ZipFile: zip({ 'index.mjs': code }) }, ...more });
	await L.waitUntilFunctionActiveV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName });
	return made;
}

test('a change of code is waited for', async () => {
	await make('changing', 'export const handler = async () => 1;');
	assert.equal(json((await send('Invoke', { FunctionName: 'changing' })).Payload), 1);
	const r = await send('UpdateFunctionCode', { FunctionName: 'changing', ZipFile: zip({ 'index.mjs': 'export const handler = async () => 2;' }) });
	assert.match(r.CodeSha256, /^[A-Za-z0-9+/]{43}=$/);
	await L.waitUntilFunctionUpdatedV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'changing' });
	assert.equal(json((await send('Invoke', { FunctionName: 'changing' })).Payload), 2);
	await send('DeleteFunction', { FunctionName: 'changing' });
	await assert.rejects(send('GetFunction', { FunctionName: 'changing' }), { name: 'ResourceNotFoundException' });
});

test('versions and an alias with two of them', async () => {
	const code = 'export const handler = async (e, c) => ({ version: c.functionVersion, arn: c.invokedFunctionArn, v: process.env.WHICH });';
	await make('versioned', code, { Environment: { Variables: { WHICH: 'one' } } });
	assert.equal((await send('PublishVersion', { FunctionName: 'versioned' })).Version, '1');
	await send('UpdateFunctionConfiguration', { FunctionName: 'versioned', Environment: { Variables: { WHICH: 'two' } } });
	await L.waitUntilFunctionUpdatedV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'versioned' });
	assert.equal((await send('PublishVersion', { FunctionName: 'versioned' })).Version, '2');
	await send('CreateAlias', { FunctionName: 'versioned', Name: 'live', FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } } });
	const seen = new Set();
	await eventually(async () => {
		const r = await send('Invoke', { FunctionName: 'versioned', Qualifier: 'live' });
		const answer = json(r.Payload);
		assert.equal(answer.version, r.ExecutedVersion);
		assert.equal(answer.v, { 1: 'one', 2: 'two' }[r.ExecutedVersion]);
		assert(answer.arn.endsWith(':versioned:live'));
		return seen.add(r.ExecutedVersion).size === 2;
	}, 'an invocation of the other version');
	const versions = [];
	for await (const page of L.paginateListVersionsByFunction({ client, pageSize: 1 }, { FunctionName: 'versioned' }))
		versions.push(...page.Versions.map((v) => v.Version));
	assert.deepEqual(versions, ['$LATEST', '1', '2']);
	await assert.rejects(send('UpdateFunctionCode', { FunctionName: 'versioned', ZipFile: Buffer.from('no zip') }), { name: 'InvalidParameterValueException' });
	await assert.rejects(send('CreateAlias', { FunctionName: 'versioned', Name: 'live', FunctionVersion: '1' }), { name: 'ResourceConflictException' });
});

test('a layer', async () => {
	const layer = await send('PublishLayerVersion', { LayerName: 'greet', CompatibleRuntimes: ['nodejs22.x'],
		Content: { ZipFile: zip({ 'nodejs/node_modules/greet/index.js': 'module.exports = () => "from the layer";' }) } });
	assert.equal(layer.Version, 1);
	await send('CreateFunction', { FunctionName: 'layered', Runtime: 'nodejs22.x', Role: role, Handler: 'index.handler', Layers: [layer.LayerVersionArn],
		Code: { ZipFile: zip({ 'index.js': 'exports.handler = async () => require("greet")();' }) } });
	await L.waitUntilFunctionActiveV2({ client, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'layered' });
	assert.equal(json((await send('Invoke', { FunctionName: 'layered' })).Payload), 'from the layer');
	assert.equal((await send('GetFunctionConfiguration', { FunctionName: 'layered' })).Layers[0].Arn, layer.LayerVersionArn);
	assert.equal((await send('ListLayers', {})).Layers[0].LayerName, 'greet');
});

test('errors of functions', async () => {
	await make('failing', `export const handler = async (e) => { if (e.kind === 'exit') process.exit(4); throw new TypeError('no good'); };`);
	const handled = await send('Invoke', { FunctionName: 'failing', LogType: 'Tail' });
	assert.equal(handled.StatusCode, 200);
	assert.equal(handled.FunctionError, 'Unhandled');
	assert.equal(json(handled.Payload).errorType, 'TypeError');
	assert.equal(json(handled.Payload).errorMessage, 'no good');
	assert(Array.isArray(json(handled.Payload).trace));
	assert.match(Buffer.from(handled.LogResult, 'base64').toString(), /ERROR\tInvoke Error/);
	const ended = await send('Invoke', { FunctionName: 'failing', Payload: '{"kind":"exit"}' });
	assert.match(json(ended.Payload).errorMessage, /Runtime exited with error: exit status 4/);
	await make('broken', 'throw new Error("at once");');
	assert.match(json((await send('Invoke', { FunctionName: 'broken' })).Payload).errorMessage, /at once/);
	await make('nameless', 'export const other = 1;');
	assert.equal(json((await send('Invoke', { FunctionName: 'nameless' })).Payload).errorType, 'Runtime.HandlerNotFound');
	await assert.rejects(send('Invoke', { FunctionName: 'failing', Payload: 'no json' }), { name: 'InvalidRequestContentException' });
});

test('an event', async () => {
	await make('event', 'export const handler = async (e) => { console.log("caught", JSON.stringify(e)); throw new Error("no"); };');
	await send('PutFunctionEventInvokeConfig', { FunctionName: 'event', MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
	const r = await send('Invoke', { FunctionName: 'event', InvocationType: 'Event', Payload: '{"n":7}' });
	assert.equal(r.StatusCode, 202);
	assert.equal(r.Payload?.length ?? 0, 0);
	assert.equal((await send('Invoke', { FunctionName: 'event', InvocationType: 'DryRun' })).StatusCode, 204);
	const logs = server.client(CloudWatchLogsClient);
	const filter = (filterPattern) => logs.send(new FilterLogEventsCommand({ logGroupName: '/aws/lambda/event', filterPattern }))
		.then((found) => found.events, () => []);
	const caught = await eventually(async () => (await filter('caught'))[0], 'the invocation');
	assert.match(caught.message, /caught {"n":7}/);
	const report = await eventually(async () => (await filter('REPORT'))[0], 'its report');
	assert(report.message.includes(r.$metadata.requestId));
	assert.equal((await filter('"START RequestId"')).length, 1);
});

test('concurrency that is reserved', async () => {
	await make('reserved', 'export const handler = () => new Promise((done) => setTimeout(done, 800, 1));');
	await send('PutFunctionConcurrency', { FunctionName: 'reserved', ReservedConcurrentExecutions: 1 });
	assert.equal((await send('GetFunctionConcurrency', { FunctionName: 'reserved' })).ReservedConcurrentExecutions, 1);
	const results = await Promise.allSettled([1, 2].map(() => send('Invoke', { FunctionName: 'reserved' })));
	const refused = results.filter((r) => r.status === 'rejected');
	assert.equal(refused.length, 1);
	assert.equal(refused[0].reason.name, 'TooManyRequestsException');
	assert.equal(refused[0].reason.Reason, 'ReservedFunctionConcurrentInvocationLimitExceeded');
});

