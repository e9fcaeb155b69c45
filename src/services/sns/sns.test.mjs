// SNS through @aws-sdk/client-sns, and messages through the sns-validator of npm.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CreateTopicCommand, GetTopicAttributesCommand, ListTopicsCommand, NotFoundException, PublishBatchCommand, PublishCommand,
	SetTopicAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import MessageValidator from 'sns-validator';
import { startServer } from '../../../tests/sdk/server.mjs';

let server, sns, front, hook, agent;
const posts = [], waiting = [];

function nextPost() {
	return posts.length ? Promise.resolve(posts.shift()) : new Promise((done) => waiting.push(done));
}

function listen(s) {
	return new Promise((done) => s.listen(0, '127.0.0.1', () => done(s.address().port)));
}

// The validator fetches the certificate by https alone, so the server stands behind a front end with TLS, as in production.
async function startFront(endpoint) {
	const dir = mkdtempSync(join(tmpdir(), 'samovar-tls-'));
	execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext',
		'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', join(dir, 'key'), '-out', join(dir, 'cert')], { stdio: 'ignore' });
	const key = readFileSync(join(dir, 'key')), cert = readFileSync(join(dir, 'cert'));
	rmSync(dir, { recursive: true });
	https.globalAgent.options.ca = [cert];
	front = https.createServer({ key, cert }, (request, response) => {
		const { hostname, port } = new URL(endpoint);
		const on = http.request({ hostname, port, method: request.method, path: request.url,
			headers: { ...request.headers, 'x-forwarded-proto': 'https' } }, (answer) => {
			response.writeHead(answer.statusCode, answer.headers);
			answer.pipe(response);
		});
		request.pipe(on);
	});
	return `https://127.0.0.1:${await listen(front)}`;
}

before(async () => {
	server = await startServer();
	const url = await startFront(server.endpoint);
	sns = server.client(SNSClient, { endpoint: url, requestHandler: { httpsAgent: https.globalAgent } });
	hook = http.createServer((request, response) => {
		let text = '';
		request.on('data', (part) => { text += part; });
		request.on('end', () => {
			response.end();
			(waiting.shift() ?? ((p) => posts.push(p)))({ headers: request.headers, text });
		});
	});
	agent = `http://127.0.0.1:${await listen(hook)}/`;
});

after(async () => {
	await server.stop();
	front.close();
	front.closeAllConnections();
	hook.close();
	hook.closeAllConnections();
});

// Only the name of the certificate's host is ours: AWS's own is the default.
function validate(text) {
	const validator = new MessageValidator(/^127\.0\.0\.1:\d+$/);
	return new Promise((done, failed) => validator.validate(text, (error, message) => error ? failed(error) : done(message)));
}

for (const version of ['1', '2']) {
	test(`sns-validator accepts signatures of version ${version}`, async () => {
		const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: `v${version}`, Attributes: { SignatureVersion: version } }));
		await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: agent + version }));
		const confirmation = await validate((await nextPost()).text);
		assert.equal(confirmation.Type, 'SubscriptionConfirmation');
		await new Promise((done) => https.get(confirmation.SubscribeURL, (answer) => answer.resume().on('end', done)));
		await sns.send(new PublishCommand({ TopicArn, Message: 'Tea & "cake", čaj', Subject: 'A subject' }));
		const { text, headers } = await nextPost();
		assert.equal(headers['x-amz-sns-message-type'], 'Notification');
		assert.equal((await validate(text)).Message, 'Tea & "cake", čaj');
		await assert.rejects(validate(text.replace('cake', 'milk')), /signature is invalid/);
	});
}

test('attributes, batches and errors', async () => {
	const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'n.fifo', Attributes: { FifoTopic: 'true' } }));
	await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'ContentBasedDeduplication', AttributeValue: 'true' }));
	const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
	assert.equal(Attributes.ContentBasedDeduplication, 'true');
	const batch = await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [
		{ Id: 'a', Message: 'x', MessageGroupId: 'g' }, { Id: 'b', Message: 'x' }] }));
	assert.deepEqual(batch.Successful.map((s) => s.Id), ['a']);
	assert.deepEqual(batch.Failed.map((f) => [f.Id, f.Code, f.SenderFault]), [['b', 'InvalidParameter', true]]);
	assert.ok((await sns.send(new ListTopicsCommand({}))).Topics.some((t) => t.TopicArn === TopicArn));
	await assert.rejects(sns.send(new PublishCommand({ TopicArn: TopicArn.replace('n.fifo', 'none'), Message: 'x' })), NotFoundException);
});
