/* What the files of a stream share: where it stands in the store. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TABLES_STREAM_H
#define SAMOVAR_SERVICES_DYNAMODB_TABLES_STREAM_H

#include "api/dynamodbstreams.h"
#include "services/dynamodb/tables/tables.h"

/* A stream as it is found by its ARN. */
struct stream {
	struct str account, region, table, arn;
	struct dynamodbstreams_stream_stored r;
	struct dynamodbstreams_stream_place place;
};

/* In a transaction. 0, or -1 after ResourceNotFoundException. */
int ddb_stream_find(struct call *call, struct str arn, struct stream *out) MUSTCHECK;
/* The key of its record: 0, or -1 for what is no stream's ARN. */
int ddb_stream_key_of(struct call *call, struct str arn, struct str *key) MUSTCHECK;
/* The prefix of the account's streams in the region, or of one table's (table.p == NULL: of all).
 */
struct str ddb_streams_prefix(
	struct call *call, struct str account, struct str region, struct str table);
struct str ddb_stream_arn_of(struct call *call, struct str account, struct str region,
	struct str table, struct str label);
/* The keys of where it stands, and of the record with this number. */
struct str ddb_stream_place_key(struct call *call, int64_t stream);
struct str ddb_stream_record_key(struct call *call, int64_t stream, int64_t number);
struct str ddb_stream_shard_id(struct call *call, const struct stream *s);
/* "100000000000000000007", and the number of such a text: 0 or -EINVAL. */
struct str ddb_stream_sequence(struct call *call, int64_t number);
int ddb_stream_sequence_number(struct str text, int64_t *number) MUSTCHECK;

/* A read of a stream's records, on a snapshot. */
struct stream_read {
	const struct stream *stream;
	int64_t lane, lanes; /* lanes 0 or 1: all */
	size_t limit, bytes_max;
	struct dynamodbstreams_numbered_records records;
	int64_t next; /* where it begins, and then where to go on */
};
int ddb_stream_read(struct call *call, struct stream_read *r) MUSTCHECK;

/* streams.c: the hook of the service's row. */
int ddb_streams_find_resource(struct call *call, const void *in, struct service_resource *out);

#endif
