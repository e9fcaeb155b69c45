// HTTP APIs through @aws-sdk/client-apigatewayv2, and what they serve by host and by path.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import * as G from '@aws-sdk/client-apigatewayv2';
import { CreateFunctionCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { role, startServer, zip } from './server.mjs';

let server, gateway, lambda, arn;
before(async () => {
	server = await startServer();
	gateway = server.client(G.ApiGatewayV2Client);
	lambda = server.client(LambdaClient);
	const code = `exports.handler = async (e) => e.rawPath?.endsWith('/cookies')
		? { statusCode: 201, cookies: ['a=1', 'b=2'], headers: { 'x-mine': 'yes' }, body: Buffer.from('bytes').toString('base64'), isBase64Encoded: true }
		: e;`;
	arn = (await lambda.send(new CreateFunctionCommand({ FunctionName: 'echo', Runtime: 'nodejs22.x', Role: role, Handler: 'index.handler',
		Code: { ZipFile: zip({ 'index.js': code }) } }))).FunctionArn;
	await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 10, minDelay: 1 }, { FunctionName: 'echo' });
});
after(() => server.stop());

const send = (name, input) => gateway.send(new G[`${name}Command`](input));

// fetch() won't set Host.
function call(path, { method = 'GET', headers = {}, body } = {}) {
	return new Promise((done, failed) => {
		const r = request(server.endpoint + path, { method, headers }, (answer) => {
			let text = '';
			answer.on('data', (part) => { text += part; });
			answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, text }));
		});
		r.on('error', failed);
		r.end(body);
	});
}

async function makeApi(Name, more = {}) {
	const api = await send('CreateApi', { Name, ProtocolType: 'HTTP', ...more });
	const { IntegrationId } = await send('CreateIntegration', { ApiId: api.ApiId, IntegrationType: 'AWS_PROXY', IntegrationUri: arn,
		PayloadFormatVersion: '2.0' });
	return { ...api, target: `integrations/${IntegrationId}` };
}

test('quick create serves by host name and by path', async () => {
	const api = await send('CreateApi', { Name: 'quick', ProtocolType: 'HTTP', Target: arn });
	assert.match(api.ApiId, /^[a-z0-9]{10}$/);
	const port = new URL(server.endpoint).port;
	for (const host of [`${api.ApiId}.execute-api.us-east-1.localhost:${port}`, `${api.ApiId}.execute-api.us-east-1.localhost.localstack.cloud:${port}`,
		`${api.ApiId}.execute-api.us-east-1.amazonaws.com`]) {
		const r = await call('/some/where?x=1&x=2', { headers: { host } });
		assert.equal(r.status, 200, r.text);
		const event = JSON.parse(r.text);
		assert.equal(event.version, '2.0');
		assert.equal(event.rawPath, '/some/where');
		assert.equal(event.queryStringParameters.x, '1,2');
		assert.equal(event.requestContext.stage, '$default');
	}
	const r = await call(`/_aws/execute-api/${api.ApiId}/$default/other`);
	assert.equal(JSON.parse(r.text).rawPath, '/other');
});

test('routes: the most specific wins, parameters are taken apart', async () => {
	const api = await makeApi('routes');
	for (const RouteKey of ['GET /pets/{id}', 'GET /pets/mine', 'ANY /files/{proxy+}'])
		await send('CreateRoute', { ApiId: api.ApiId, RouteKey, Target: api.target });
	await send('CreateStage', { ApiId: api.ApiId, StageName: 'v1', AutoDeploy: true, StageVariables: { color: 'red' } });
	const base = `/_aws/execute-api/${api.ApiId}/v1`;
	const event = async (path, more) => JSON.parse((await call(base + path, more)).text);
	const mine = await event('/pets/mine');
	assert.equal(mine.routeKey, 'GET /pets/mine');
	assert.equal(mine.stageVariables.color, 'red');
	assert.deepEqual((await event('/pets/a%20b')).pathParameters, { id: 'a b' });
	const posted = await event('/files/a/b', { method: 'POST', headers: { 'content-type': 'image/png', cookie: 'k=v; l=w' }, body: Buffer.from([0, 255]) });
	assert.deepEqual(posted.pathParameters, { proxy: 'a/b' });
	assert.equal(posted.isBase64Encoded, true);
	assert.equal(posted.body, 'AP8=');
	assert.deepEqual(posted.cookies, ['k=v', 'l=w']);
	const missing = await call(`${base}/nothing`);
	assert.equal(missing.status, 404);
	assert.deepEqual(JSON.parse(missing.text), { message: 'Not Found' });
	const answer = await call(`${base}/files/cookies`);
	assert.equal(answer.status, 201);
	assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2']);
	assert.equal(answer.headers['x-mine'], 'yes');
	assert.equal(answer.text, 'bytes');
});

test('CORS', async () => {
	const api = await makeApi('cors', { CorsConfiguration: { AllowOrigins: ['https://site.example'], AllowMethods: ['GET'], AllowHeaders: ['x-a'], MaxAge: 60 } });
	await send('CreateRoute', { ApiId: api.ApiId, RouteKey: '$default', Target: api.target });
	await send('CreateStage', { ApiId: api.ApiId, StageName: '$default', AutoDeploy: true });
	const headers = { host: `${api.ApiId}.execute-api.us-east-1.localhost`, origin: 'https://site.example', 'access-control-request-method': 'GET' };
	const asked = await call('/', { method: 'OPTIONS', headers });
	assert.equal(asked.status, 204);
	assert.equal(asked.headers['access-control-allow-origin'], 'https://site.example');
	assert.equal(asked.headers['access-control-max-age'], '60');
	const other = await call('/', { method: 'OPTIONS', headers: { ...headers, origin: 'https://other.example' } });
	assert.equal(other.headers['access-control-allow-origin'], undefined);
});

test('the control plane', async () => {
	const api = await makeApi('plane', { Tags: { a: 'b' } });
	const route = await send('CreateRoute', { ApiId: api.ApiId, RouteKey: 'GET /x', Target: api.target });
	assert.equal((await send('GetRoutes', { ApiId: api.ApiId })).Items[0].RouteId, route.RouteId);
	assert.deepEqual((await send('GetApi', { ApiId: api.ApiId })).Tags, { a: 'b' });
	assert((await send('GetApi', { ApiId: api.ApiId })).CreatedDate instanceof Date);
	await send('UpdateApi', { ApiId: api.ApiId, Description: 'told' });
	assert.equal((await send('GetApi', { ApiId: api.ApiId })).Description, 'told');
	await assert.rejects(send('CreateRoute', { ApiId: api.ApiId, RouteKey: 'GET /x', Target: api.target }), { name: 'ConflictException' });
	await assert.rejects(send('GetApi', { ApiId: 'nothere' }), { name: 'NotFoundException' });
	const { DeploymentId } = await send('CreateDeployment', { ApiId: api.ApiId });
	await send('CreateStage', { ApiId: api.ApiId, StageName: 's', DeploymentId });
	await send('DeleteApi', { ApiId: api.ApiId });
	await assert.rejects(send('GetRoutes', { ApiId: api.ApiId }), { name: 'NotFoundException' });
});
