/* Uploads in parts, for the files that list, copy and expire them. */
#ifndef SAMOVAR_SERVICES_S3_MULTIPART_H
#define SAMOVAR_SERVICES_S3_MULTIPART_H

#include "services/s3/internal.h"

struct str upload_key(struct call *call, struct str bucket, struct str key, struct str id);
struct str upload_part_key(struct call *call, struct str upload_id, int64_t number);
/* The upload, or NoSuchUpload. In a transaction. */
int upload_require(struct call *call, struct str bucket, struct str key, struct str id,
	struct s3_upload_record *out) MUSTCHECK;
/* Deletes the upload and its parts. */
void upload_abort(struct call *call, struct str bucket, struct str key, struct str upload_id);
void upload_release_part(
	struct call *call, struct str upload_id, const struct s3_part_record *part);
/* The MD5 of the parts' MD5s, and their number: "d41d8cd98f00b204e9800998ecf8427e-2". */
struct str multipart_e_tag(struct call *call, const struct s3_part_records *parts);

struct part_place {
	struct str bucket, key, upload_id, expected_owner;
	int64_t number;
};
/* Outside a transaction: makes the body that part, and is done with it. */
int upload_put_part(struct call *call, const struct part_place *place, struct body *body) MUSTCHECK;
int upload_find(
	struct call *call, const struct part_place *place, struct s3_upload_record *out) MUSTCHECK;

#endif
