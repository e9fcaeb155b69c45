// POST /receipts: a point of sale, or a customer with a phone, registers a receipt for a card.
// That it is stored is enough: the table's stream leads to the queue (enqueue.mjs).
// The body is {"card", "receipt"} with the text of the QR code, or a picture of it with ?card= beside.
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { db, RECEIPTS, USERS } from '../lib/clients.mjs';
import { cardOf } from '../lib/fields.mjs';
import { answer, bytesOf, endpoint, jsonOf, log, Refusal, traceId } from '../lib/http.mjs';
import { textOfPicture } from '../lib/picture.mjs';
import { formatSum, parseReceipt, pointsFor } from '../lib/receipt.mjs';

const { POINT_PRICE = '1000' } = process.env;

/** {card, text} of either form of the request. */
export function requestOf(event) {
	const type = (event.headers?.['content-type'] ?? '').split(';')[0].trim().toLowerCase();
	if (type.startsWith('image/'))
		return { card: cardOf(event.queryStringParameters?.card), text: textOfPicture(bytesOf(event)) };
	if (type !== 'application/json')
		throw new Refusal(415, 'body', 'send JSON, or a picture as image/png or image/jpeg');
	const body = jsonOf(event);
	return { card: cardOf(body.card), text: body.receipt };
}

export const make = ({ store, now = () => new Date() }) => endpoint({
	'POST /receipts': async (event) => {
		const { card, text } = requestOf(event);
		const receipt = parseReceipt(text);
		const user = await store.send(new GetCommand({ TableName: USERS, Key: { id: card },
			ProjectionExpression: 'id' }));
		if (!user.Item)
			throw new Refusal(404, 'card', `there is no card ${card}`);
		const item = { ...receipt, card, at: now().toISOString(), points: pointsFor(receipt.sum, Number(POINT_PRICE)),
			state: 'received', trace: traceId() ?? undefined };
		try {
			await store.send(new PutCommand({ TableName: RECEIPTS, Item: item,
				ConditionExpression: 'attribute_not_exists(id)' }));
		} catch (e) {
			if (e.name !== 'ConditionalCheckFailedException')
				throw e;
			const found = await store.send(new GetCommand({ TableName: RECEIPTS, Key: { id: item.id },
				ConsistentRead: true }));
			throw new Refusal(409, 'receipt', 'this receipt has been registered already',
				{ id: item.id, state: found.Item?.state, registered: found.Item?.at });
		}
		log('registered', { receipt: item.id, card, sum: formatSum(item.sum), points: item.points });
		return answer(202, { id: item.id, card, sum: formatSum(item.sum), issued: item.issued, points: item.points,
			state: item.state, trace: traceId() });
	},
});

export const handler = make({ store: db });
