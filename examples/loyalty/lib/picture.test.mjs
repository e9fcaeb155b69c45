import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { PICTURE_BYTES_MAX, textOfPicture } from './picture.mjs';

const TEXT = 't=20180518T1500&s=1250.00&fn=8710000100518392&i=36420&fp=2519231274&n=1';
const QR = readFileSync(new URL('./receipt.png', import.meta.url));

/** The picture in the middle of a grey one, enlarged, a little noisy: as a camera sees it. */
function photographed(scale, width, height) {
	const { data, width: w, height: h } = PNG.sync.read(QR);
	const out = { data: Buffer.alloc(4 * width * height, 0xff), width, height };
	const [left, top] = [Math.floor((width - w * scale) / 2), Math.floor((height - h * scale) / 2)];
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const i = Math.floor((x - left) / scale), j = Math.floor((y - top) / scale);
			const dark = i >= 0 && i < w && j >= 0 && j < h && data[4 * (j * w + i)] < 128;
			out.data.fill((dark ? 40 : 190) + ((x * 7 + y * 13) % 25), 4 * (y * width + x), 4 * (y * width + x) + 3);
		}
	return out;
}

test('the text of a PNG and of a JPEG', () => {
	assert.equal(textOfPicture(QR), TEXT);
	assert.equal(textOfPicture(jpeg.encode(photographed(1.5, 700, 900), 60).data), TEXT);
});

test('a large photograph is shrunk first', () => {
	assert.equal(textOfPicture(jpeg.encode(photographed(6, 2400, 2000), 70).data), TEXT);
});

test('pictures that are none, or too large, or empty of codes', () => {
	const claims = Buffer.from(QR);
	claims.writeUInt32BE(60000, 16);
	claims.writeUInt32BE(60000, 20);
	const grey = PNG.sync.write({ data: Buffer.alloc(4 * 200 * 200, 0x80), width: 200, height: 200 });
	for (const [bytes, status, message] of [
		[Buffer.from('GIF89a'), 415, /PNG or JPEG/],
		[Buffer.alloc(0), 415, /PNG or JPEG/],
		[Buffer.alloc(PICTURE_BYTES_MAX + 1), 413, /4 MB/],
		[claims, 413, /million points/],
		[QR.subarray(0, 60), 400, /damaged/],
		[Buffer.from([0xff, 0xd8, 0xff, 0xd9, 0, 0]), 400, /damaged/],
		[grey, 422, /no QR code/],
	])
		assert.throws(() => textOfPicture(bytes), (e) => e.status === status && message.test(e.message), message);
});
