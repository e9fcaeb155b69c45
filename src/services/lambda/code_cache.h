/*
 * Unpacked code: DATA/lambda/code/BLOB for each archive, DATA/lambda/layers/BLOB-BLOB... for layers
 * merged. It is a cache: whatever is missing is made again from the blobs. Folders appear by a
 * rename, whole or not at all.
 */
#ifndef SAMOVAR_SERVICES_LAMBDA_CODE_CACHE_H
#define SAMOVAR_SERVICES_LAMBDA_CODE_CACHE_H

#include "aws/aws.h"
#include "services/lambda/unzip.h"

struct code_cache;

/* Removes what a crash or a power cut left, and folders of blobs that are gone. In a fiber. */
int code_cache_open(struct aws *aws, struct code_cache **out) MUSTCHECK;
void code_cache_close(struct code_cache *cache);

/* Makes sure that the blob is unpacked; *out, if not NULL, is its size. As unzip(). In a fiber. */
int code_cache_ensure(struct code_cache *cache, struct str blob, struct unzipped *out) MUSTCHECK;
/* The same for layers, merged in their order: files of later ones win. Each is unpacked already or
 * will be. */
int code_cache_ensure_layers(struct code_cache *cache, const struct str *blobs, size_t n,
	struct unzipped *out) MUSTCHECK;
/* Where they are, in the arena. */
struct str code_cache_path(const struct code_cache *cache, struct arena *arena, struct str blob);
struct str code_cache_layers_path(
	const struct code_cache *cache, struct arena *arena, const struct str *blobs, size_t n);

/* Removes the blob's folders if the blob itself is gone. In a fiber. */
void code_cache_collect(struct code_cache *cache, struct str blob);

#endif
