// The page: a card's points, and a camera or a file for the QR code of a receipt. No framework.
const $ = (id) => document.getElementById(id);
const SIDE_MAX = 1800; // of a picture that is sent
let card = localStorage.getItem('card');

async function call(method, path, body, type = 'application/json') {
	let answer;
	try {
		answer = await fetch(path, { method, ...(body && { headers: { 'content-type': type },
			body: type === 'application/json' ? JSON.stringify(body) : body }) });
	} catch {
		throw new Error('There is no connection. Try again in a moment.');
	}
	const json = await answer.json().catch(() => ({}));
	if (!answer.ok)
		throw Object.assign(new Error(sentence(json.message ?? `The server says ${answer.status}.`)), { status: answer.status, json });
	return json;
}

const sentence = (text) => text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
const grouped = (digits) => digits.replace(/(\d{4})(?=\d)/g, '$1 ');
const day = (iso) => new Date(iso).toLocaleDateString(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const signed = (n) => (n > 0 ? `+${n}` : n < 0 ? `−${-n}` : '0');

function line(title, detail, gain, kind) {
	const li = document.createElement('li');
	for (const [tag, text, name] of [['b', title, ''], ['small', detail, ''], ['span', gain, `gain ${kind}`]]) {
		const part = document.createElement(tag);
		part.textContent = text;
		part.className = name;
		li.append(part);
	}
	return li;
}

const STATES = { received: 'being counted', void: 'not counted', deleted: 'taken back' };
const WHY = { sale: 'Receipt', corrected: 'Receipt corrected', deleted: 'Receipt taken back' };
const lists = {
	receipts: { next: undefined, line: (r) => line(r.sum, `Bought on ${day(r.issued)}`,
		r.state === 'counted' ? signed(r.points) : STATES[r.state], r.state === 'counted' ? '' : 'waits') },
	history: { next: undefined, line: (h) => line(WHY[h.why] ?? h.why, h.reason ? `${day(h.at)}: ${h.reason}` : day(h.at),
		signed(h.points), h.points < 0 ? 'loss' : '') },
};

async function show(name, more = false) {
	const list = lists[name], next = more && list.next ? `&next=${encodeURIComponent(list.next)}` : '';
	const page = await call('GET', `user/${card}/${name}?limit=8${next}`);
	const lines = page[name].map(list.line);
	if (more)
		$(name).append(...lines);
	else
		$(name).replaceChildren(...lines);
	list.next = page.next;
	$(`${name}-more`).hidden = !page.next;
	$(`${name}-none`).hidden = $(name).children.length > 0;
}

async function showBalance() {
	const balance = await call('GET', `user/${card}/balance`);
	const points = $('points'), text = String(balance.points);
	if (points.textContent !== text) {
		points.classList.remove('moved');
		void points.offsetWidth; // so that the animation begins again
		points.textContent = text;
		points.classList.add('moved');
	}
	$('owner').textContent = balance.name;
	$('number').textContent = grouped(card);
	return balance;
}

async function showHome() {
	$('welcome').hidden = Boolean(card);
	$('home').hidden = $('leave').hidden = !card;
	if (!card)
		return;
	await showBalance();
	await Promise.all([show('receipts'), show('history')]);
}

function say(text, kind = '') {
	$('news').textContent = text;
	$('news').className = `news ${kind}`;
}

async function open(number) {
	await call('GET', `user/${number}/balance`);
	card = number;
	localStorage.setItem('card', card);
	await showHome();
	$('balance-title').focus?.();
}

/** Shows what happens to a receipt until its points are there. */
async function follow(receipt) {
	say(`${receipt.sum}: being counted …`);
	await show('receipts');
	for (let wait = 150; wait < 30000; wait *= 1.5) {
		await new Promise((go) => setTimeout(go, wait));
		const now = await call('GET', `receipts/${receipt.id}`);
		if (now.state === 'received')
			continue;
		await showHome();
		if (now.state === 'counted')
			say(`${now.points} ${now.points === 1 ? 'point' : 'points'} for ${now.sum}. Thank you!`, 'good');
		else
			say('This receipt could not be counted.', 'bad');
		return;
	}
	say('This receipt is stored; its points will come a little later.');
}

async function register(body, type, path = 'receipts') {
	say('Reading the receipt …');
	try {
		await follow(await call('POST', path, body, type));
	} catch (e) {
		say(e.status === 409 ? 'This receipt has been registered already.' : e.message, 'bad');
	}
}

/** A camera's picture is far larger than a code needs: it is drawn smaller before it is sent. */
async function small(file) {
	const bitmap = await createImageBitmap(file).catch(() => null);
	if (!bitmap || Math.max(bitmap.width, bitmap.height) <= SIDE_MAX)
		return file;
	const scale = SIDE_MAX / Math.max(bitmap.width, bitmap.height);
	const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
	canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
	return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 });
}

async function picture(file) {
	if (!file)
		return;
	if (!/^image\/(png|jpeg)$/.test(file.type)) {
		say('Choose a PNG or JPEG picture.', 'bad');
		return;
	}
	$('picture').disabled = true;
	const sent = await small(file);
	await register(sent, sent.type, `receipts?card=${card}`);
	$('picture').disabled = false;
	$('picture').value = '';
}

function onSubmit(id, problem, run) {
	$(id).addEventListener('submit', async (event) => {
		event.preventDefault();
		const button = event.submitter ?? event.target.querySelector('button');
		button.disabled = true;
		$(problem).textContent = '';
		try {
			await run(event.target);
		} catch (e) {
			$(problem).textContent = e.message;
		}
		button.disabled = false;
	});
}

onSubmit('enter', 'enter-problem', async (form) => {
	const number = form.card.value.replace(/\D/g, '');
	if (number.length < 8)
		throw new Error('A card number has 8 to 19 digits.');
	await open(number);
});
onSubmit('join', 'join-problem', async (form) => {
	const user = await call('POST', 'user', { name: form.elements.name.value, email: form.email.value });
	await open(user.id);
});
onSubmit('typed', 'news', async (form) => {
	await register({ card, receipt: $('text').value.trim() });
	if ($('news').classList.contains('good'))
		form.reset();
});
$('picture').addEventListener('change', (event) => picture(event.target.files[0]));
for (const name of ['dragenter', 'dragover', 'dragleave', 'drop'])
	$('drop').addEventListener(name, (event) => {
		event.preventDefault();
		$('drop').classList.toggle('over', name === 'dragenter' || name === 'dragover');
		if (name === 'drop')
			picture(event.dataTransfer.files[0]);
	});
for (const name of Object.keys(lists))
	$(`${name}-more`).addEventListener('click', () => show(name, true).catch((e) => say(e.message, 'bad')));
$('leave').addEventListener('click', () => {
	card = null;
	localStorage.removeItem('card');
	say('');
	showHome();
	$('card').focus();
});

showHome().catch((e) => {
	if (e.status === 404) {
		card = null;
		localStorage.removeItem('card');
		showHome();
	} else {
		say(e.message, 'bad');
	}
});
