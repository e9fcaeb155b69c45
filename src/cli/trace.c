/* samovar logs --trace: what all functions logged of one request. */
#include "api/traces.h"
#include "base/map.h"
#include "cli/follow.h"
#include "cli/program.h"
#include "cli/term.h"
#include <errno.h>
#include <stdio.h>

enum { POLL_MS = 300, NAME_WIDTH_MAX = 40 };

struct traced {
	struct map seen;  /* invocations whose lines are printed: each is shown whole, once it has
			     ended */
	struct map fresh; /* those of this answer */
	int width;        /* of the functions' names, as far as they are known */
	size_t lines;
	bool is_cut;
};

static struct str name_of(const struct traces_trace_event *line)
{
	struct str group = line->log_group_name;
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

static void print_line(struct traced *t, const struct traces_trace_event *line)
{
	struct str name = name_of(line);
	follow_print_time(line->timestamp.v);
	printf("%s%-*.*s%s ", term_style(style_of(name)), t->width, STR_ARG(name),
		term_style(TERM_PLAIN));
	follow_print_message(line->message);
	t->lines++;
}

static void measure(struct traced *t, const struct traces_trace_event *line)
{
	t->width = MAX(t->width, (int)MIN(name_of(line).n, (size_t)NAME_WIDTH_MAX));
	map_put(&t->fresh, line->request_id, t);
}

/* fn for each line of the answer that is not printed yet. */
static void each_line(struct traced *t, const struct traces_trace_events *lines,
	void (*fn)(struct traced *t, const struct traces_trace_event *line))
{
	for (size_t i = 0; i < lines->n; i++)
		if (!map_get(&t->seen, lines->v[i].request_id))
			fn(t, &lines->v[i]);
}

static void print_new(struct traced *t, const struct traces_trace_events *lines)
{
	struct map_entry *entry;
	each_line(t, lines, measure);
	each_line(t, lines, print_line);
	for (size_t at = 0; map_next(&t->fresh, &at, &entry);)
		map_put(&t->seen, entry->key, t);
	map_fini(&t->fresh);
	t->fresh = (struct map){ 0 };
	fflush(stdout);
}

static int look(struct client *c, const struct follow *f, struct traced *t)
{
	struct traces_get_trace_log_input in = { f->trace };
	struct traces_get_trace_log_output out;
	int r = client_call(c, &traces_api, &traces_get_trace_log_operation, &in, &out);
	if (r < 0 || program_is_ending())
		return program_is_ending() ? 0 : r;
	t->is_cut |= out.is_cut.v;
	print_new(t, &out.events);
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
