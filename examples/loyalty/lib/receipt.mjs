// A fiscal receipt as its QR code tells it, and the points that it is worth. Nothing here knows of AWS.
import { Refusal } from './http.mjs';

const SALE = '1';
const FIELDS = {
	t: /^\d{8}T\d{4}(\d{2})?$/, // when
	s: /^\d{1,9}\.\d{2}$/, // the sum
	fn: /^\d{16}$/, // the fiscal drive
	i: /^\d{1,10}$/, // the document
	fp: /^\d{1,10}$/, // its fiscal sign
	n: /^[1-4]$/, // the kind of operation
};
const NAMES = { t: 'time', s: 'sum', fn: 'fiscal drive', i: 'document', fp: 'fiscal sign', n: 'operation' };
export const TEXT_MAX = 200;
export const SUM_MAX = 100_000_000; // a million, in hundredths

function timeOf(text) {
	const [, year, month, day, hour, minute, second = '00'] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?$/.exec(text);
	const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
	const date = new Date(`${iso}Z`);
	// The 31st of February is a date to JavaScript, another one.
	if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== iso)
		throw new Refusal(400, 'receipt', `the receipt's time is none: ${text}`);
	return iso;
}

/**
 * Reads `t=20180518T1500&s=1250.00&fn=8710000100518392&i=36420&fp=2519231274&n=1`, in any order.
 * Answers {id, issued, sum}: the id is the document's own, so that the same receipt is the same wherever it is
 * scanned; issued is the shop's local time; sum is in hundredths.
 */
export function parseReceipt(text) {
	if (typeof text !== 'string' || text.length === 0)
		throw new Refusal(400, 'receipt', "a receipt's text is needed, as its QR code has it");
	if (text.length > TEXT_MAX)
		throw new Refusal(400, 'receipt', `a receipt's text has ${TEXT_MAX} characters at most`);
	const fields = {};
	for (const part of text.trim().split('&')) {
		const [name, value] = [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)];
		if (!Object.hasOwn(FIELDS, name) || Object.hasOwn(fields, name) || !FIELDS[name].test(value))
			throw new Refusal(400, 'receipt', `this is not the text of a receipt: "${part.slice(0, 40)}"`);
		fields[name] = value;
	}
	for (const name of Object.keys(FIELDS))
		if (!fields[name])
			throw new Refusal(400, 'receipt', `the receipt lacks its ${NAMES[name]} (${name}=)`);
	if (fields.n !== SALE)
		throw new Refusal(422, 'receipt', 'only a sale earns points (n=1)');
	const sum = Math.round(Number(fields.s) * 100);
	if (sum > SUM_MAX)
		throw new Refusal(422, 'receipt', 'a receipt over a million goes by the office');
	return { id: `${fields.fn}-${fields.i}-${fields.fp}`, issued: timeOf(fields.t), sum };
}

/** One point for each full `price` (in hundredths) of the sum. */
export function pointsFor(sum, price) {
	return Math.floor(sum / price);
}

/** "1250.00" in hundredths. */
export function parseSum(text) {
	if (typeof text !== 'string' || !FIELDS.s.test(text) || Math.round(Number(text) * 100) > SUM_MAX)
		throw new Refusal(400, 'sum', 'a sum is needed, like "1250.00", of a million at most');
	return Math.round(Number(text) * 100);
}

export const formatSum = (sum) => (sum / 100).toFixed(2);
