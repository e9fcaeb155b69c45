// The shop's page in Chromium: a customer joins, uploads a QR code, sees the points. node page.mjs URL FOLDER PICTURE
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const [url, folder, picture] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const problems = [];

async function customer(width, height, scheme) {
	const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: 1, colorScheme: scheme });
	const page = await context.newPage();
	page.on('pageerror', (e) => problems.push(String(e)));
	page.on('console', (m) => m.type() === 'error' && !/409|400|404|422/.test(m.text()) && problems.push(m.text()));
	page.on('request', (r) => r.url().startsWith(new URL(url).origin) || r.url().startsWith('blob:')
		|| problems.push(`a request to ${r.url()}`));
	await page.goto(url);
	await page.getByRole('heading', { name: 'Points for every receipt' }).waitFor();
	return page;
}

async function fits(page, name) {
	const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
	assert.ok(inner <= outer, `${name}: the page is ${inner} wide in a window of ${outer}`);
	await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

const phone = await customer(390, 844, 'light');
await fits(phone, 'welcome-390');
await phone.getByRole('button', { name: 'Get a card' }).click();
await phone.getByText('Name must be a name').waitFor();
await phone.getByLabel('Name').fill('Anna Petrova');
await phone.getByLabel('E-mail').fill('anna@example.com');
await phone.getByRole('button', { name: 'Get a card' }).click();
await phone.getByText('None yet').waitFor();
assert.equal(await phone.locator('#points').textContent(), '0');
await phone.locator('#picture').setInputFiles(picture);
await phone.getByText('125 points for 1250.00. Thank you!').waitFor({ timeout: 60000 });
assert.equal(await phone.locator('#points').textContent(), '125');
await fits(phone, 'points-390');
await phone.locator('#picture').setInputFiles(picture);
await phone.getByText('This receipt has been registered already.').waitFor();
await phone.getByText('Type the text of the code').click();
for (let n = 1; n <= 9; n++) {
	await phone.getByLabel('Text of the QR code').fill(`t=20260102T1${n}00&s=${n}1.50&fn=8710000100518392&i=${n}&fp=${n}&n=1`);
	await phone.getByRole('button', { name: 'Add it' }).click();
	await phone.getByText(`for ${n}1.50. Thank you!`).waitFor({ timeout: 60000 });
}
const number = (await phone.locator('#number').textContent()).replaceAll(' ', '');

const desk = await customer(1280, 900, 'light');
await fits(desk, 'welcome-1280');
await desk.getByLabel('Card number').fill(number);
await desk.getByRole('button', { name: 'See my points' }).click();
await desk.getByText('Anna Petrova').waitFor();
assert.equal(await desk.locator('#points').textContent(), '170');
assert.equal(await desk.locator('#receipts li').count(), 8);
await desk.getByRole('button', { name: 'Show older receipts' }).click();
await desk.locator('#receipts li').nth(9).waitFor();
await desk.reload();
await desk.getByText('Anna Petrova').waitFor();
await fits(desk, 'points-1280');

const dark = await customer(390, 844, 'dark');
await dark.getByLabel('Card number').fill('12345678');
await dark.getByRole('button', { name: 'See my points' }).click();
await dark.getByText('There is no card 12345678.').waitFor();
await dark.getByLabel('Card number').fill(number);
await dark.getByRole('button', { name: 'See my points' }).click();
await dark.getByText('Anna Petrova').waitFor();
await fits(dark, 'points-390-dark');

await browser.close();
assert.deepEqual(problems, []);
console.log('the page works');
