// The customers: GET /users, POST /user, PUT /user/{id}, DELETE /user/{id}. A user's id is the number of the card.
import { randomInt } from 'node:crypto';
import { DeleteCommand, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { db, USERS } from '../lib/clients.mjs';
import { cardOf, nextOf, pageOf, userOf } from '../lib/fields.mjs';
import { answer, endpoint, jsonOf, log, Refusal } from '../lib/http.mjs';

/** The digit that makes a number pass the check of ISO/IEC 7812-1, annex B (Luhn). */
export function checkDigit(digits) {
	let sum = 0;
	for (let i = digits.length - 1, double = true; i >= 0; i--, double = !double) {
		const d = Number(digits[i]) * (double ? 2 : 1);
		sum += d > 9 ? d - 9 : d;
	}
	return String((10 - (sum % 10)) % 10);
}

function newCard() {
	const digits = `2${String(randomInt(0, 1e9)).padStart(9, '0')}${String(randomInt(0, 100)).padStart(2, '0')}`;
	return digits + checkDigit(digits);
}

const shown = ({ id, name, email, phone, points = 0, receipts = 0, since }) => (
	{ id, name, email, phone, points, receipts, since });

async function unlessMissing(id, promise) {
	try {
		return await promise;
	} catch (e) {
		if (e.name === 'ConditionalCheckFailedException')
			throw new Refusal(404, 'id', `there is no card ${id}`);
		throw e;
	}
}

export const make = ({ store, now = () => new Date() }) => endpoint({
	'GET /users': async (event) => {
		const found = await store.send(new ScanCommand({ TableName: USERS,
			...pageOf(event.queryStringParameters, ['id']) }));
		return answer(200, { users: found.Items.map(shown), next: nextOf(found.LastEvaluatedKey) });
	},
	'POST /user': async (event) => {
		const body = jsonOf(event), user = userOf(body, ['card']);
		const item = { ...user, id: body.card === undefined ? newCard() : cardOf(body.card), points: 0, receipts: 0,
			since: now().toISOString() };
		try {
			await store.send(new PutCommand({ TableName: USERS, Item: item,
				ConditionExpression: 'attribute_not_exists(id)' }));
		} catch (e) {
			if (e.name === 'ConditionalCheckFailedException')
				throw new Refusal(409, 'card', `the card ${item.id} has an owner already`);
			throw e;
		}
		log('joined', { card: item.id });
		return answer(201, shown(item), { location: `user/${item.id}/balance` });
	},
	'PUT /user/{id}': async (event) => {
		const id = cardOf(event.pathParameters?.id, 'id'), user = userOf(jsonOf(event));
		const { Attributes } = await unlessMissing(id, store.send(new UpdateCommand({ TableName: USERS, Key: { id },
			ConditionExpression: 'attribute_exists(id)', ReturnValues: 'ALL_NEW',
			UpdateExpression: `SET #name = :name, email = :email ${user.phone ? ', phone = :phone' : 'REMOVE phone'}`,
			ExpressionAttributeNames: { '#name': 'name' },
			ExpressionAttributeValues: { ':name': user.name, ':email': user.email,
				...(user.phone && { ':phone': user.phone }) } })));
		return answer(200, shown(Attributes));
	},
	'DELETE /user/{id}': async (event) => {
		const id = cardOf(event.pathParameters?.id, 'id');
		await unlessMissing(id, store.send(new DeleteCommand({ TableName: USERS, Key: { id },
			ConditionExpression: 'attribute_exists(id)' })));
		log('left', { card: id });
		return answer(204);
	},
});

export const handler = make({ store: db });
