// The text of a QR code in a picture, PNG or JPEG. Pictures come from strangers: their sizes are read before anything
// is unpacked.
import jsQR from 'jsqr';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { Refusal } from './http.mjs';

export const PICTURE_BYTES_MAX = 4 * 1024 * 1024;
export const PICTURE_PIXELS_MAX = 16_000_000;
const GOOD_PIXELS = 1_500_000; // more than that only costs time, unless the code is a small part of the picture

function pngSize(b) {
	return b.length > 24 && b.toString('latin1', 12, 16) === 'IHDR' && [b.readUInt32BE(16), b.readUInt32BE(20)];
}

/** The size in a JPEG's frame header (ITU T.81, B.2.2), or false. */
function jpegSize(b) {
	for (let at = 2; at + 9 < b.length && b[at] === 0xff;) {
		const marker = b[at + 1];
		if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
			return [b.readUInt16BE(at + 7), b.readUInt16BE(at + 5)];
		at += marker === 0xff ? 1 : 2 + b.readUInt16BE(at + 2);
	}
	return false;
}

const KINDS = [
	{ name: 'PNG', is: (b) => b.length > 8 && b.readUInt32BE(0) === 0x89504e47, size: pngSize,
		decode: (b) => PNG.sync.read(b) },
	{ name: 'JPEG', is: (b) => b.length > 3 && b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff, size: jpegSize,
		decode: (b) => jpeg.decode(b, { useTArray: true, formatAsRGBA: true, maxMemoryUsageInMB: 256,
			maxResolutionInMP: PICTURE_PIXELS_MAX / 1e6 }) },
];

/** The picture with each square of n x n points made one. */
export function shrink({ data, width, height }, n) {
	const w = Math.floor(width / n), h = Math.floor(height / n);
	const out = new Uint8ClampedArray(4 * w * h);
	for (let y = 0; y < h; y++)
		for (let x = 0; x < w; x++)
			for (let c = 0; c < 4; c++) {
				let sum = 0;
				for (let j = 0; j < n; j++)
					for (let i = 0; i < n; i++)
						sum += data[4 * ((y * n + j) * width + x * n + i) + c];
				out[4 * (y * w + x) + c] = sum / (n * n);
			}
	return { data: out, width: w, height: h };
}

function find({ data, width, height }) {
	const pixels = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
	return jsQR(pixels, width, height, { inversionAttempts: 'attemptBoth' })?.data;
}

export function textOfPicture(bytes) {
	if (bytes.length > PICTURE_BYTES_MAX)
		throw new Refusal(413, 'picture', `a picture has ${PICTURE_BYTES_MAX / 1048576} MB at most`);
	const kind = KINDS.find((k) => k.is(bytes));
	if (!kind)
		throw new Refusal(415, 'picture', 'a picture must be PNG or JPEG');
	const size = kind.size(bytes);
	if (!size || size[0] < 1 || size[1] < 1)
		throw new Refusal(400, 'picture', `this ${kind.name} is damaged`);
	if (size[0] * size[1] > PICTURE_PIXELS_MAX)
		throw new Refusal(413, 'picture', `a picture has ${PICTURE_PIXELS_MAX / 1e6} million points at most`);
	let picture;
	try {
		picture = kind.decode(bytes);
	} catch {
		throw new Refusal(400, 'picture', `this ${kind.name} is damaged`);
	}
	const n = Math.ceil(Math.sqrt(size[0] * size[1] / GOOD_PIXELS));
	const text = (n > 1 && find(shrink(picture, n))) || find(picture);
	if (!text)
		throw new Refusal(422, 'picture', 'no QR code is to be seen: hold the camera nearer, without glare');
	return text;
}
