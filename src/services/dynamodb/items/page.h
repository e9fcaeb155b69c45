/* A page of items out of a range of keys: what Query and Scan share. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_ITEMS_PAGE_H
#define SAMOVAR_SERVICES_DYNAMODB_ITEMS_PAGE_H

#include "services/dynamodb/items/items.h"

struct page {
	/* What is asked. */
	struct str table_name, index_name, select, return_consumed_capacity;
	struct paths paths;
	struct node *filter;
	int64_t limit;             /* 0: none */
	int64_t segment, segments; /* of a scan in several */
	bool is_consistent, is_reverse, is_query;
	const struct dynamodb_attributes *start;
	/* By ddb_page_open. */
	struct table table;
	struct dynamodb_index_record *index; /* or NULL */
	struct schema schema;
	/* The range. */
	struct str begin, end;
	/* The answer. */
	struct dynamodb_item_list items;
	int64_t count, scanned;
	size_t bytes; /* looked at */
	struct usage usage;
	struct dynamodb_attributes last;
	struct dynamodb_consumed_capacity *capacity;
};

/* Finds the table and the index, and checks what is asked of them: 0 or -1. */
int ddb_page_open(struct call *call, struct page *p) MUSTCHECK;
/* Fills the answer out of [begin, end): 0 or -1. */
int ddb_page_read(struct call *call, struct page *p) MUSTCHECK;
int64_t ddb_page_index_number(const struct page *p);

/* ---- key_condition.c ---- */

/* The range of keys that the condition means: 0 or -1. parameter is NULL for the legacy
 * KeyConditions. */
int key_condition_range(struct call *call, struct page *p, const char *parameter,
	const struct node *node) MUSTCHECK;

#endif
