// CloudWatch Logs in both of its protocols, IAM and STS through the JavaScript SDK.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as C from '@aws-sdk/client-cloudwatch-logs';
import * as I from '@aws-sdk/client-iam';
import * as S from '@aws-sdk/client-sts';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { startServer } from './server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server.stop());

// The client speaks AWS JSON 1.1 of itself.
const protocols = { 'AWS JSON 1.1': {}, 'RPC v2 CBOR': { protocol: new SmithyRpcV2CborProtocol({ defaultNamespace: 'com.amazonaws.cloudwatchlogs',
	errorTypeRegistries: C.errorTypeRegistries }) } };

for (const [name, more] of Object.entries(protocols))
	test(`CloudWatch Logs by ${name}`, async () => {
		const client = server.client(C.CloudWatchLogsClient, more);
		const send = (operation, input) => client.send(new C[`${operation}Command`](input));
		const logGroupName = `/by/${name.replaceAll(' ', '-')}`, logStreamName = 's', now = Date.now();
		await send('CreateLogGroup', { logGroupName, tags: { kind: 'é' } });
		await assert.rejects(send('CreateLogGroup', { logGroupName }), (e) => {
			assert.equal(e.name, 'ResourceAlreadyExistsException');
			assert.equal(e.message, 'The specified log group already exists');
			return true;
		});
		await send('CreateLogStream', { logGroupName, logStreamName });
		await send('PutLogEvents', { logGroupName, logStreamName,
			logEvents: [{ timestamp: now, message: 'one' }, { timestamp: now + 1, message: '{"level":"ERROR","n":2}' }, { timestamp: now + 2, message: 'drei ß' }] });
		const got = await send('GetLogEvents', { logGroupName, logStreamName, startFromHead: true });
		assert.deepEqual(got.events.map((e) => e.message), ['one', '{"level":"ERROR","n":2}', 'drei ß']);
		assert.equal(got.events[0].timestamp, now);
		const found = await send('FilterLogEvents', { logGroupName, filterPattern: '{ $.level = "ERROR" && $.n > 1 }' });
		assert.deepEqual(found.events.map((e) => e.message), ['{"level":"ERROR","n":2}']);
		await send('PutRetentionPolicy', { logGroupName, retentionInDays: 7 });
		const group = (await send('DescribeLogGroups', { logGroupNamePrefix: logGroupName })).logGroups[0];
		assert.equal(group.retentionInDays, 7);
		assert.equal(group.arn, `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}:*`);
		await assert.rejects(send('PutRetentionPolicy', { logGroupName, retentionInDays: 8 }), { name: 'InvalidParameterException' });
		await send('DeleteLogGroup', { logGroupName });
		await assert.rejects(send('DescribeLogStreams', { logGroupName }), { name: 'ResourceNotFoundException' });
	});

test('IAM', async () => {
	const client = server.client(I.IAMClient);
	const send = (operation, input) => client.send(new I[`${operation}Command`](input));
	const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] };
	const { Role } = await send('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: JSON.stringify(trust), Tags: [{ Key: 'k', Value: 'v' }] });
	assert.equal(Role.Arn, 'arn:aws:iam::000000000000:role/r');
	assert(Role.CreateDate instanceof Date);
	assert.deepEqual(JSON.parse(decodeURIComponent((await send('GetRole', { RoleName: 'r' })).Role.AssumeRolePolicyDocument)), trust);
	const policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] });
	await send('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: policy });
	assert.deepEqual((await send('ListRolePolicies', { RoleName: 'r' })).PolicyNames, ['p']);
	await send('AttachRolePolicy', { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole' });
	assert.equal((await send('ListAttachedRolePolicies', { RoleName: 'r' })).AttachedPolicies[0].PolicyName, 'AWSLambdaBasicExecutionRole');
	await assert.rejects(send('DeleteRole', { RoleName: 'r' }), { name: 'DeleteConflictException' });
	await assert.rejects(send('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: JSON.stringify(trust) }), { name: 'EntityAlreadyExistsException' });
	await assert.rejects(send('GetRole', { RoleName: 'none' }), { name: 'NoSuchEntityException' });
	await assert.rejects(send('PutRolePolicy', { RoleName: 'r', PolicyName: 'q', PolicyDocument: '{' }), { name: 'MalformedPolicyDocumentException' });
	for (const UserName of ['a', 'b', 'c'])
		await send('CreateUser', { UserName });
	const names = [];
	for await (const page of I.paginateListUsers({ client, pageSize: 2 }, {}))
		names.push(...page.Users.map((u) => u.UserName));
	assert.deepEqual(names, ['a', 'b', 'c']);
});

test('STS', async () => {
	const sts = server.client(S.STSClient);
	const me = await sts.send(new S.GetCallerIdentityCommand({}));
	assert.equal(me.Account, '000000000000');
	const other = server.client(S.STSClient, { credentials: { accessKeyId: '111122223333', secretAccessKey: 'x' } });
	assert.equal((await other.send(new S.GetCallerIdentityCommand({}))).Account, '111122223333');
	const r = await sts.send(new S.AssumeRoleCommand({ RoleArn: 'arn:aws:iam::000000000000:role/r', RoleSessionName: 'me' }));
	const session = server.client(S.STSClient, { credentials: { accessKeyId: r.Credentials.AccessKeyId,
		secretAccessKey: r.Credentials.SecretAccessKey, sessionToken: r.Credentials.SessionToken } });
	assert.equal((await session.send(new S.GetCallerIdentityCommand({}))).Arn, 'arn:aws:sts::000000000000:assumed-role/r/me');
	assert(r.Credentials.Expiration > new Date());
});
