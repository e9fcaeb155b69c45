/* Fuzzing the XML bodies of S3's requests: the first byte chooses the operation's. What could be
 * read is validated, and what we write of it can be read again. */
#include "api/s3.h"
#include "aws/codec.h"
#include "aws/validate.h"
#include "services/s3/lifecycle.h"
#include <errno.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	const struct shape *shape;
	const char *root;
} bodies[] = {
	{ &s3_completed_multipart_upload_shape, "CompleteMultipartUpload" },
	{ &s3_delete_shape, "Delete" },
	{ &s3_bucket_lifecycle_configuration_shape, "LifecycleConfiguration" },
	{ &s3_cors_configuration_shape, "CORSConfiguration" },
	{ &s3_tagging_shape, "Tagging" },
	{ &s3_website_configuration_shape, "WebsiteConfiguration" },
	{ &s3_versioning_configuration_shape, "VersioningConfiguration" },
	{ &s3_public_access_block_configuration_shape, "PublicAccessBlockConfiguration" },
	{ &s3_ownership_controls_shape, "OwnershipControls" },
	{ &s3_server_side_encryption_configuration_shape, "ServerSideEncryptionConfiguration" },
	{ &s3_create_bucket_configuration_shape, "CreateBucketConfiguration" },
	{ &s3_access_control_policy_shape, "AccessControlPolicy" },
	{ &s3_notification_configuration_shape, "NotificationConfiguration" },
};

/* The rules of a configuration that passed are safe to try on an object. */
static void try_rules(const struct s3_bucket_lifecycle_configuration *c)
{
	struct s3_tag tag = { STR("a"), STR("b") };
	struct s3_object_record record = { .size = OPT_I64(10), .tags = { &tag, 1 } };
	for (size_t i = 0; i < c->rules.n; i++)
		(void)lifecycle_matches(&c->rules.v[i], STR("key"), &record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct decode_error error = { "" };
	struct str message;
	struct buf b = { 0 };
	if (size < 1)
		return 0;
	const struct shape *shape = bodies[data[0] % COUNT_OF(bodies)].shape;
	const char *root = bodies[data[0] % COUNT_OF(bodies)].root;
	char *body = malloc(size); /* its own block: reading past it is seen */
	memcpy(body, data + 1, size - 1);
	arena_init(&arena, 4 * MIB);
	void *value = arena_zalloc(&arena, shape->size + 1),
	     *back = arena_zalloc(&arena, shape->size + 1);
	int r = xml_decode(&arena, shape, (struct str){ body, size - 1 }, value, &error);
	if (r == 0 && validate(&arena, shape, value, &message) == 0) {
		if (shape == &s3_bucket_lifecycle_configuration_shape)
			try_rules(value);
		xml_encode(&b, shape, value, root, NULL);
		int again = xml_decode(&arena, shape, buf_view(&b), back, &error);
		assert(again == 0 || again == -ENOMEM);
	} else if (r == -EINVAL && !error.text[0]) {
		abort();
	}
	buf_fini(&b);
	free(body);
	arena_fini(&arena);
	return 0;
}
