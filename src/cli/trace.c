/* samovar logs --trace: what all functions logged of one request. */
#include "base/encode.h"
#include "base/map.h"
#include "cli/follow.h"
#include "cli/program.h"
#include "cli/term.h"
#include <errno.h>
#include <stdio.h>
#include <yyjson.h>

enum { POLL_MS = 300, NAME_WIDTH_MAX = 40, BODY_BYTES_MAX = 64 << 20 };

struct traced {
	struct map seen;  /* invocations whose lines are printed: each is shown whole, once it has
			     ended */
	struct map fresh; /* those of this answer */
	int width;        /* of the functions' names, as far as they are known */
	size_t lines;
	bool is_cut;
};

static struct str text_of(yyjson_val *object, const char *name)
{
	yyjson_val *v = yyjson_obj_get(object, name);
	return yyjson_is_str(v) ? (struct str){ yyjson_get_str(v), yyjson_get_len(v) } : STR("");
}

static struct str name_of(yyjson_val *line)
{
	struct str group = text_of(line, "group");
	return str_starts(group, STR("/aws/lambda/")) ? str_from(group, 12) : group;
}

/* Each function has a colour, the same in every run. */
static enum term_style style_of(struct str name)
{
	static const enum term_style styles[] = { TERM_CYAN, TERM_GREEN, TERM_YELLOW, TERM_BOLD };
	unsigned sum = 0;
	for (size_t i = 0; i < name.n; i++)
		sum = sum * 31 + (unsigned char)name.p[i];
	return styles[sum % COUNT_OF(styles)];
}

static void print_line(struct traced *t, yyjson_val *line)
{
	struct str name = name_of(line);
	follow_print_time(yyjson_get_sint(yyjson_obj_get(line, "timestamp")));
	printf("%s%-*.*s%s ", term_style(style_of(name)), t->width, STR_ARG(name),
		term_style(TERM_PLAIN));
	follow_print_message(text_of(line, "message"));
	t->lines++;
}

/* fn for each line of the answer that is not printed yet. */
static void each_line(
	struct traced *t, struct str body, void (*fn)(struct traced *t, yyjson_val *line))
{
	struct str line;
	while (str_cut(&body, '\n', &line)) {
		yyjson_doc *doc = yyjson_read(line.p, line.n, 0);
		yyjson_val *root = yyjson_doc_get_root(doc);
		struct str id = text_of(root, "requestId");
		if (yyjson_is_true(yyjson_obj_get(root, "isCut")))
			t->is_cut = true;
		else if (id.n && !map_get(&t->seen, id))
			fn(t, root);
		yyjson_doc_free(doc);
	}
}

static void measure(struct traced *t, yyjson_val *line)
{
	t->width = MAX(t->width, (int)MIN(name_of(line).n, (size_t)NAME_WIDTH_MAX));
	map_put(&t->fresh, text_of(line, "requestId"), t);
}

static void print_new(struct traced *t, struct str body)
{
	struct map_entry *entry;
	each_line(t, body, measure);
	each_line(t, body, print_line);
	for (size_t at = 0; map_next(&t->fresh, &at, &entry);)
		map_put(&t->seen, entry->key, t);
	map_fini(&t->fresh);
	t->fresh = (struct map){ 0 };
	fflush(stdout);
}

static int look(struct client *c, const struct follow *f, struct traced *t)
{
	struct http_client_response response;
	struct http_client_request request = {
		.method = STR("GET"),
		.url = arena_printf(&c->arena, "%.*s&trace=%.*s", STR_ARG(follow_base_url(c)),
			STR_ARG(percent_encode(&c->arena, f->trace, false))),
		.body_bytes_max = BODY_BYTES_MAX,
		.is_cancelled = program_is_ending,
		.wakes = program_events(),
	};
	int r = http_client_send(&c->arena, &request, &response);
	if (program_is_ending())
		return 0;
	if (r < 0)
		return r;
	if (response.status != 200) {
		yyjson_doc *doc = yyjson_read(response.body.p, response.body.n, 0);
		struct str why = text_of(yyjson_doc_get_root(doc), "message");
		c->error_code = arena_printf(&c->arena, "HTTP %d", response.status);
		c->error_message =
			arena_str(&c->arena, why.n ? why : STR("the trace can't be read"));
		yyjson_doc_free(doc);
		return -EREMOTEIO;
	}
	print_new(t, response.body);
	return 0;
}

int follow_trace(struct client *c, const struct follow *f)
{
	struct traced t = { 0 };
	struct client own = *c; /* with an arena that each round empties */
	own.arena = (struct arena){ 0 };
	int r;
	do {
		arena_reset(&own.arena);
		r = look(&own, f, &t);
		if (r == 0 && f->goes_on && !program_is_ending())
			waitq_wait(program_events(), POLL_MS);
	} while (r == 0 && f->goes_on && !program_is_ending());
	c->error_code = arena_str(&c->arena, own.error_code);
	c->error_message = arena_str(&c->arena, own.error_message);
	if (r == 0 && t.is_cut)
		fprintf(stderr, "samovar: this trace is longer than what is shown\n");
	arena_fini(&own.arena);
	map_fini(&t.seen);
	return r < 0 ? r : t.lines || f->goes_on ? 0 : -ENOENT;
}
