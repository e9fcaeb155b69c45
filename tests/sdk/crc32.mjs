// The checksum of zip archives (zlib.crc32 came with Node 22).
const table = Uint32Array.from({ length: 256 }, (_, n) => {
	for (let i = 0; i < 8; i++)
		n = (n >>> 1) ^ (n & 1 ? 0xedb88320 : 0);
	return n;
});

export function crc32(data) {
	let crc = ~0;
	for (const byte of data)
		crc = (crc >>> 8) ^ table[(crc ^ byte) & 255];
	return ~crc >>> 0;
}
