/* Where a setting stands in its file: the tree that is translated knows no lines. */
#include "deploy/lines.h"
#include "base/mem.h"
#include <stdlib.h>
#include <yaml.h>

/* The node under this one by the next part of the path, and where its key or item begins. */
static yaml_node_t *step(
	yaml_document_t *document, yaml_node_t *at, struct str part, unsigned *line)
{
	if (at->type == YAML_SEQUENCE_NODE) {
		uint64_t i;
		size_t n = (size_t)(at->data.sequence.items.top - at->data.sequence.items.start);
		if (str_to_u64(part, &i) < 0 || i >= n)
			return NULL;
		yaml_node_t *item =
			yaml_document_get_node(document, at->data.sequence.items.start[i]);
		*line = item ? (unsigned)item->start_mark.line + 1 : *line;
		return item;
	}
	if (at->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *p = at->data.mapping.pairs.start; p < at->data.mapping.pairs.top;
		p++) {
		yaml_node_t *key = yaml_document_get_node(document, p->key);
		if (!key || key->type != YAML_SCALAR_NODE ||
			!str_eq(part, (struct str){ (char *)key->data.scalar.value,
					      key->data.scalar.length }))
			continue;
		*line = (unsigned)key->start_mark.line + 1;
		return yaml_document_get_node(document, p->value);
	}
	return NULL;
}

unsigned lines_find(struct str text, const char *path)
{
	yaml_parser_t parser;
	yaml_document_t document;
	unsigned line = 0;
	struct str rest = str_c(path), part;
	if (!yaml_parser_initialize(&parser))
		return 0;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
	if (yaml_parser_load(&parser, &document)) {
		yaml_node_t *at = yaml_document_get_root_node(&document);
		while (at && str_cut(&rest, '.', &part))
			at = step(&document, at, part, &line);
		if (!at)
			line = 0;
		yaml_document_delete(&document);
	}
	yaml_parser_delete(&parser);
	return line;
}
