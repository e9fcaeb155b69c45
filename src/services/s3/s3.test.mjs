// S3 through @aws-sdk/client-s3: bodies that stream, with their checksum in a trailer.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import * as S from '@aws-sdk/client-s3';
import { startServer } from '../../../tests/sdk/server.mjs';

const Bucket = 'through-node', MIB = 1 << 20;
let server, s3;
before(async () => {
	server = await startServer('--auth', 'strict');
	s3 = server.client(S.S3Client, { credentials: server.rootKey(), forcePathStyle: true });
	await s3.send(new S.CreateBucketCommand({ Bucket }));
});
after(() => server.stop());

const get = async (Key, more = {}) => s3.send(new S.GetObjectCommand({ Bucket, Key, ...more }));
const bytes = async (Key, more) => Buffer.from(await (await get(Key, more)).Body.transformToByteArray());
const pieces = (data, n) => Readable.from((function* () {
	for (let i = 0; i < data.length; i += n)
		yield data.subarray(i, i + n);
})());

for (const size of [100, 300_000])
	test(`a stream of ${size} bytes is sent in chunks with a trailer`, async () => {
		const data = randomBytes(size), Key = `stream ${size}`;
		let sent;
		const command = new S.PutObjectCommand({ Bucket, Key, Body: pieces(data, 70_000), ContentLength: size,
			ChecksumAlgorithm: 'SHA256', ContentType: 'text/x', Metadata: { a: 'b' } });
		command.middlewareStack.add((next) => async (args) => {
			sent = args.request.headers;
			return next(args);
		}, { step: 'finalizeRequest', priority: 'low' });
		const put = await s3.send(command);
		assert.equal(sent['x-amz-trailer'], 'x-amz-checksum-sha256');
		assert.equal(sent['x-amz-content-sha256'], 'STREAMING-UNSIGNED-PAYLOAD-TRAILER');
		assert.equal(put.ETag, `"${createHash('md5').update(data).digest('hex')}"`);
		assert.equal(put.ChecksumSHA256, createHash('sha256').update(data).digest('base64'));
		const got = await get(Key, { ChecksumMode: 'ENABLED' });
		assert.deepEqual(Buffer.from(await got.Body.transformToByteArray()), data);
		assert.equal(got.ChecksumSHA256, put.ChecksumSHA256);
		assert.equal(got.ContentLength, size);
		assert.equal(got.ContentType, 'text/x');
		assert.equal(got.ContentEncoding, undefined); // aws-chunked is the request's, not the object's
		assert.deepEqual(got.Metadata, { a: 'b' });
	});

test('ranges, conditions and errors of GetObject', async () => {
	const data = randomBytes(200_000), Key = 'a b/c+d';
	const { ETag } = await s3.send(new S.PutObjectCommand({ Bucket, Key, Body: data }));
	assert.deepEqual(await bytes(Key, { Range: 'bytes=100000-100099' }), data.subarray(100000, 100100));
	assert.equal((await get(Key, { Range: 'bytes=-5' })).ContentRange, 'bytes 199995-199999/200000');
	await assert.rejects(get(Key, { Range: 'bytes=200000-' }), { name: 'InvalidRange' });
	await assert.rejects(get(Key, { IfMatch: '"other"' }), { name: 'PreconditionFailed' });
	await assert.rejects(get(Key, { IfNoneMatch: ETag }), (e) => e.$metadata.httpStatusCode === 304);
	await assert.rejects(get('none'), S.NoSuchKey);
	await assert.rejects(s3.send(new S.HeadObjectCommand({ Bucket, Key: 'none' })), S.NotFound);
});

test('an upload in parts, each a stream', async () => {
	const Key = 'parts', parts = [randomBytes(5 * MIB), randomBytes(1000)];
	const { UploadId } = await s3.send(new S.CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'CRC32' }));
	const done = [];
	for (const [i, data] of parts.entries()) {
		const part = await s3.send(new S.UploadPartCommand({ Bucket, Key, UploadId, PartNumber: i + 1, Body: pieces(data, MIB),
			ContentLength: data.length, ChecksumAlgorithm: 'CRC32' }));
		done.push({ PartNumber: i + 1, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 });
	}
	const listed = await s3.send(new S.ListPartsCommand({ Bucket, Key, UploadId }));
	assert.deepEqual(listed.Parts.map((p) => p.Size), parts.map((p) => p.length));
	const whole = await s3.send(new S.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: done } }));
	assert.match(whole.ETag, /^"[0-9a-f]{32}-2"$/);
	assert.deepEqual(await bytes(Key), Buffer.concat(parts));
	assert.deepEqual(await bytes(Key, { PartNumber: 2 }), parts[1]);
	await assert.rejects(s3.send(new S.AbortMultipartUploadCommand({ Bucket, Key, UploadId })), S.NoSuchUpload);
});
