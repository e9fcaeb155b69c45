/* What all batches share: the rules of their entries' ids, and entries that fail alone. */
#include "services/sqs/internal.h"

int batch_check(struct call *call, const char *entry, const struct str *ids, size_t n)
{
	if (n == 0)
		return fail(call, &sqs_empty_batch_request,
			"There should be at least one %s in the request.", entry);
	if (n > SQS_BATCH_MAX)
		return fail(call, &sqs_too_many_entries_in_batch_request,
			"Maximum number of entries per request are %d. You have sent %zu.",
			SQS_BATCH_MAX, n);
	for (size_t i = 0; i < n; i++) {
		if (!str_is_plain_name(ids[i]) || ids[i].n > SQS_BATCH_ID_BYTES_MAX)
			return fail(call, &sqs_invalid_batch_entry_id,
				"A batch entry id can only contain alphanumeric characters, hyphens and "
				"underscores. It can be at most "
				"80 letters long.");
		for (size_t k = 0; k < i; k++)
			if (str_eq(ids[i], ids[k]))
				return fail(call, &sqs_batch_entry_ids_not_distinct,
					"Id %.*s repeated.", STR_ARG(ids[i]));
	}
	return 0;
}

void batch_fail(
	struct sqs_batch_result_error_entry_list *list, struct str id, const struct refusal *why)
{
	list->v[list->n++] = (struct sqs_batch_result_error_entry){
		.id = id,
		.sender_fault = OPT_BOOL(!why->error->is_server_fault),
		.code = str_c(why->error->query_code),
		.message = why->message,
	};
}
