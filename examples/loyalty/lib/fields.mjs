// The checks of what clients send.
import { Refusal } from './http.mjs';

export const PAGE_MAX = 100;

export function cardOf(value, field = 'card') {
	if (typeof value !== 'string' || !/^\d{8,19}$/.test(value))
		throw new Refusal(400, field, `${field} must be the card's number, 8 to 19 digits`);
	return value;
}

export function receiptIdOf(value) {
	if (typeof value !== 'string' || !/^\d{16}-\d{1,10}-\d{1,10}$/.test(value))
		throw new Refusal(400, 'id', "a receipt's id is needed, like 8710000100518392-36420-2519231274");
	return value;
}

function textOf(body, field, max, pattern, hint) {
	const value = body[field];
	if (typeof value !== 'string' || value.trim().length === 0 || value.length > max || !pattern.test(value))
		throw new Refusal(400, field, `${field} must be ${hint}`);
	return value.trim();
}

/** {name, email, phone?} of a user; anything else is refused, so that a mistyped field is not lost silently. */
export function userOf(body, more = []) {
	for (const key of Object.keys(body))
		if (!['name', 'email', 'phone', ...more].includes(key))
			throw new Refusal(400, key.slice(0, 40), `a user has no "${key.slice(0, 40)}"`);
	const user = {
		name: textOf(body, 'name', 100, /^[^\p{Cc}]+$/u, 'a name of 1 to 100 characters'),
		email: textOf(body, 'email', 254, /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;]+$/, 'an e-mail address'),
	};
	if (body.phone !== undefined)
		user.phone = textOf(body, 'phone', 20, /^\+?[\d ()-]{5,20}$/, 'a telephone number');
	return user;
}

/** ?limit=&next= as {Limit, ExclusiveStartKey}; the key must have exactly those attributes. */
export function pageOf(query = {}, attributes = []) {
	const limit = query.limit === undefined ? 20 : Number(query.limit);
	if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX)
		throw new Refusal(400, 'limit', `limit must be a number from 1 to ${PAGE_MAX}`);
	if (query.next === undefined)
		return { Limit: limit };
	let key;
	try {
		key = JSON.parse(Buffer.from(query.next, 'base64url').toString('utf8'));
	} catch {
		key = null;
	}
	const names = Object.keys(key ?? {}).sort().join();
	if (names !== [...attributes].sort().join() || !Object.values(key).every((v) => typeof v === 'string'))
		throw new Refusal(400, 'next', 'next must be what the page before gave');
	return { Limit: limit, ExclusiveStartKey: key };
}

export function nextOf(key) {
	return key ? Buffer.from(JSON.stringify(key)).toString('base64url') : undefined;
}
