// Signatures of @smithy/signature-v4, by the SDK's clients and by hand.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import * as C from '@aws-sdk/client-cloudwatch-logs';
import * as S from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { startServer } from './server.mjs';

let server, credentials;
before(async () => {
	server = await startServer('--auth', 'strict');
	credentials = server.rootKey();
});
after(() => server.stop());

class Sha256 {
	constructor(secret) { this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret); }
	update(data) { this.hash.update(data); }
	async digest() { return this.hash.digest(); }
}

test('clients', async () => {
	const good = server.client(C.CloudWatchLogsClient, { credentials });
	await good.send(new C.CreateLogGroupCommand({ logGroupName: '/strict' }));
	const bad = server.client(C.CloudWatchLogsClient, { credentials: { ...credentials, secretAccessKey: 'wrong' } });
	await assert.rejects(bad.send(new C.DescribeLogGroupsCommand({})), { name: 'InvalidSignatureException' });
	const unknown = server.client(S.STSClient, { credentials: { ...credentials, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } });
	await assert.rejects(unknown.send(new S.GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' });
	const clock = server.client(S.STSClient, { credentials, systemClockOffset: -16 * 60 * 1000 });
	await assert.rejects(clock.send(new S.GetCallerIdentityCommand({})), { name: 'SignatureDoesNotMatch' });
});

test('a URL signed by hand', async () => {
	const { hostname, port, host } = new URL(server.endpoint);
	const signer = new SignatureV4({ service: 'sts', region: 'us-east-1', credentials, sha256: Sha256 });
	const url = async (more) => {
		const signed = await signer.presign({ method: 'GET', protocol: 'http:', hostname, port: Number(port), path: '/', headers: { host },
			query: { Action: 'GetCallerIdentity', Version: '2011-06-15' } }, more);
		return `${server.endpoint}/?${new URLSearchParams(signed.query)}`;
	};
	const good = await fetch(await url({ expiresIn: 60 }));
	assert.equal(good.status, 200, await good.text());
	const late = await fetch(await url({ expiresIn: 60, signingDate: new Date(Date.now() - 120000) }));
	assert.equal(late.status, 403);
	assert.match(await late.text(), /expired/);
	const changed = await fetch((await url({ expiresIn: 60 })).replace('GetCallerIdentity', 'GetSessionToken'));
	assert.equal(changed.status, 403);
});
