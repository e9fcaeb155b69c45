// PUT /receipts/{id} and DELETE /receipts/{id}: an operator corrects a receipt's sum, or takes the receipt back.
// The receipt, the balance and the history change together or not at all.
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { db, MOVEMENTS, RECEIPTS, USERS } from '../lib/clients.mjs';
import { receiptIdOf } from '../lib/fields.mjs';
import { answer, endpoint, jsonOf, log, Refusal } from '../lib/http.mjs';
import { parseSum, pointsFor } from '../lib/receipt.mjs';
import { receiptOf } from './account.mjs';

const { POINT_PRICE = '1000' } = process.env;
const TRIES = 8;

export function reasonOf(value) {
	if (typeof value !== 'string' || value.trim().length < 3 || value.length > 200)
		throw new Refusal(400, 'reason', 'a reason is needed, of 3 to 200 characters');
	return value.trim();
}

/** The transaction that makes `after` of the receipt `before`. */
export function changeOf(before, after, why, at) {
	const delta = after.points - before.points;
	const same = '#state = :was AND points = :points AND #sum = :sum';
	return [
		// Only these: what the partner heard of stands in the receipt, too.
		{ Update: { TableName: RECEIPTS, Key: { id: before.id }, ConditionExpression: same,
			UpdateExpression: 'SET #state = :is, points = :worth, #sum = :price, reason = :reason',
			ExpressionAttributeNames: { '#state': 'state', '#sum': 'sum' },
			ExpressionAttributeValues: { ':was': before.state, ':points': before.points, ':sum': before.sum,
				':is': after.state, ':worth': after.points, ':price': after.sum, ':reason': after.reason } } },
		{ Update: { TableName: USERS, Key: { id: before.card }, ConditionExpression: 'attribute_exists(id)',
			UpdateExpression: 'ADD points :delta, receipts :less',
			ExpressionAttributeValues: { ':delta': delta, ':less': after.state === 'deleted' ? -1 : 0 } } },
		{ Put: { TableName: MOVEMENTS, Item: { card: before.card, at: `${at}#${before.id}#${why}`, points: delta, why,
			receipt: before.id, reason: after.reason } } },
	];
}

export const make = ({ store, now = () => new Date(), pause = (ms) => new Promise((go) => setTimeout(go, ms)) }) => {
	async function change(event, why, edit) {
		const id = receiptIdOf(event.pathParameters?.id);
		for (let i = 0; i < TRIES; i++) {
			const { Item: before } = await store.send(new GetCommand({ TableName: RECEIPTS, Key: { id },
				ConsistentRead: true }));
			if (!before)
				throw new Refusal(404, 'id', `there is no receipt ${id}`);
			if (before.state === 'deleted')
				throw new Refusal(409, 'id', 'this receipt has been deleted');
			if (before.state === 'received')
				throw new Refusal(409, 'id', 'this receipt is not counted yet; try again in a moment');
			const after = { ...before, ...edit(before) };
			try {
				await store.send(new TransactWriteCommand({
					TransactItems: changeOf(before, after, why, now().toISOString()) }));
				log(why, { receipt: id, card: before.card, from: before.points, to: after.points, reason: after.reason });
				return after;
			} catch (e) {
				if (e.name !== 'TransactionCanceledException')
					throw e;
				if (e.CancellationReasons?.[1]?.Code === 'ConditionalCheckFailed')
					throw new Refusal(409, 'id', `the card ${before.card} is no longer there`);
			}
			await pause(20 * 2 ** i * Math.random());
		}
		throw new Refusal(503, 'id', 'this receipt or its card is being changed; try again');
	}

	return endpoint({
		'PUT /receipts/{id}': async (event) => {
			const body = jsonOf(event), sum = parseSum(body.sum), reason = reasonOf(body.reason);
			const after = await change(event, 'corrected', () => (
				{ sum, points: pointsFor(sum, Number(POINT_PRICE)), reason, state: 'counted' }));
			return answer(200, receiptOf(after));
		},
		'DELETE /receipts/{id}': async (event) => {
			const reason = reasonOf(event.queryStringParameters?.reason ?? 'deleted by the operator');
			await change(event, 'deleted', () => ({ points: 0, reason, state: 'deleted' }));
			return answer(204);
		},
	});
};

export const handler = make({ store: db });
