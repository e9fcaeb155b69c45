// The site: GET / and what the page is made of. Everything comes from here; nothing from other hosts.
import { readFileSync } from 'node:fs';
import { endpoint, Refusal } from '../lib/http.mjs';

const FILES = {
	'index.html': 'text/html; charset=utf-8',
	'style.css': 'text/css; charset=utf-8',
	'app.js': 'text/javascript; charset=utf-8',
	'icon.svg': 'image/svg+xml',
};
const HEADERS = {
	'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
		+ "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
	'cache-control': 'public, max-age=300',
};
const cache = new Map();

function file(name) {
	if (!Object.hasOwn(FILES, name))
		throw new Refusal(404, 'path', 'there is no such page');
	if (!cache.has(name))
		cache.set(name, readFileSync(new URL(`../page/${name}`, import.meta.url), 'utf8'));
	return { statusCode: 200, headers: { ...HEADERS, 'content-type': FILES[name] }, body: cache.get(name) };
}

export const handler = endpoint({
	'GET /': async () => file('index.html'),
	'GET /page/{file}': async (event) => file(event.pathParameters?.file ?? ''),
});
