// The authorizer of what only operators may do: "Authorization: Bearer KEY" with the key of this stage.
import { createHash, timingSafeEqual } from 'node:crypto';

const hash = (text) => createHash('sha256').update(text).digest();

export const make = (key) => async (event) => {
	const given = /^Bearer (.+)$/.exec(event.headers?.authorization ?? event.identitySource?.[0] ?? '')?.[1] ?? '';
	return { isAuthorized: key.length > 0 && timingSafeEqual(hash(given), hash(key)) };
};

export const handler = make(process.env.OPERATOR_KEY ?? '');
