// The stream of the table of receipts: each new receipt becomes a message in the queue from which it is counted. What is
// stored is queued, whoever died in between: the table is its own outbox (AWS Prescriptive Guidance, "Transactional
// outbox pattern").
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { log } from '../lib/http.mjs';

const ENTRIES_MAX = 10; // of one SendMessageBatch

/** The message goes on with the trace of the request that stored its receipt, whatever else is in the batch. */
export function entryOf({ dynamodb: { NewImage: { id, trace } } }, index) {
	const entry = { Id: String(index), MessageBody: JSON.stringify({ id: id.S }) };
	if (trace)
		entry.MessageSystemAttributes = { AWSTraceHeader: { DataType: 'String', StringValue: `Root=${trace.S}` } };
	return entry;
}

export const make = ({ queue, url }) => async ({ Records: records }) => {
	const parts = [];
	for (let i = 0; i < records.length; i += ENTRIES_MAX)
		parts.push(records.slice(i, i + ENTRIES_MAX));
	const failed = await Promise.all(parts.map(async (part) => {
		try {
			const { Failed = [] } = await queue.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: part.map(entryOf) }));
			return Failed.map(({ Id }) => part[Id]);
		} catch (e) {
			console.error(e);
			return part;
		}
	}));
	// The stream goes on with the first of them: a receipt that is queued twice is counted once.
	const again = failed.flat().map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber }));
	log('queued', { receipts: records.length - again.length, again: again.length });
	return { batchItemFailures: again };
};

export const handler = make({ queue: new SQSClient({ useQueueUrlAsEndpoint: false }), url: process.env.QUEUE_URL });
