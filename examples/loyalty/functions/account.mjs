// What the apps and the site read: a card's balance, its receipts and its history, page by page; one receipt.
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { db, MOVEMENTS, RECEIPTS, USERS } from '../lib/clients.mjs';
import { cardOf, nextOf, pageOf, receiptIdOf } from '../lib/fields.mjs';
import { answer, endpoint, Refusal } from '../lib/http.mjs';
import { formatSum } from '../lib/receipt.mjs';

export const receiptOf = ({ id, card, at, issued, sum, points, state, reason, trace }) => (
	{ id, card, registered: at, issued, sum: formatSum(sum), points, state, reason, trace });

export const make = ({ store }) => {
	async function userOf(event) {
		const id = cardOf(event.pathParameters?.id, 'id');
		const { Item } = await store.send(new GetCommand({ TableName: USERS, Key: { id }, ConsistentRead: true }));
		if (!Item)
			throw new Refusal(404, 'id', `there is no card ${id}`);
		return Item;
	}

	// Newest first; the key that goes on must be of this card, whatever the client made of it.
	async function page(event, card, attributes, query) {
		const from = pageOf(event.queryStringParameters, attributes);
		if (from.ExclusiveStartKey && from.ExclusiveStartKey.card !== card)
			throw new Refusal(400, 'next', 'next must be what the page before gave');
		return store.send(new QueryCommand({ ...query, ...from, KeyConditionExpression: 'card = :card',
			ExpressionAttributeValues: { ':card': card }, ScanIndexForward: false }));
	}

	return endpoint({
		'GET /user/{id}/balance': async (event) => {
			const user = await userOf(event);
			return answer(200, { id: user.id, name: user.name, points: user.points ?? 0, receipts: user.receipts ?? 0 });
		},
		'GET /user/{id}/receipts': async (event) => {
			const { id } = await userOf(event);
			const found = await page(event, id, ['card', 'at', 'id'], { TableName: RECEIPTS, IndexName: 'by-card' });
			return answer(200, { receipts: found.Items.map(receiptOf), next: nextOf(found.LastEvaluatedKey) });
		},
		'GET /user/{id}/history': async (event) => {
			const { id } = await userOf(event);
			const found = await page(event, id, ['card', 'at'], { TableName: MOVEMENTS });
			const history = found.Items.map(({ at, points, why, receipt, reason }) => (
				{ at: at.slice(0, at.indexOf('#')), points, why, receipt, reason }));
			return answer(200, { history, next: nextOf(found.LastEvaluatedKey) });
		},
		'GET /receipts/{id}': async (event) => {
			const id = receiptIdOf(event.pathParameters?.id);
			const { Item } = await store.send(new GetCommand({ TableName: RECEIPTS, Key: { id }, ConsistentRead: true }));
			if (!Item)
				throw new Refusal(404, 'id', `there is no receipt ${id}`);
			return answer(200, receiptOf(Item));
		},
	});
};

export const handler = make({ store: db });
