/* A stack's way through its changes. */
#include "cli/stack.h"
#include "cli/program.h"
#include "cli/term.h"
#include <errno.h>
#include <stdio.h>

enum { POLL_MS_MIN = 4, POLL_MS_MAX = 250, EVENTS_MAX = 100000 };

int stack_describe(struct stack *s)
{
	struct cloudformation_describe_stacks_input in = { .stack_name = s->name };
	struct cloudformation_describe_stacks_output out;
	int r = client_call(s->client, &cloudformation_api,
		&cloudformation_describe_stacks_operation, &in, &out);
	s->exists = r == 0 && out.stacks.n > 0;
	if (s->exists)
		s->now = out.stacks.v[0];
	/* The one way in which CloudFormation says so. */
	if (r == -EREMOTEIO && str_find(s->client->error_message, STR("does not exist")) >= 0)
		r = 0;
	return r;
}

/* The events after the marked one, newest first. */
static int new_events(struct stack *s, struct cloudformation_stack_events *out)
{
	struct cloudformation_describe_stack_events_input in = { .stack_name = s->name };
	struct cloudformation_describe_stack_events_output page;
	size_t cap = 0;
	*out = (struct cloudformation_stack_events){ 0 };
	do {
		int r = client_call(s->client, &cloudformation_api,
			&cloudformation_describe_stack_events_operation, &in, &page);
		if (r < 0)
			return r;
		for (size_t i = 0; i < page.stack_events.n; i++) {
			if (str_eq(page.stack_events.v[i].event_id, s->last_event))
				return 0;
			if (out->n == cap) {
				struct cloudformation_stack_event *old = out->v;
				cap = cap ? 2 * cap : 32;
				out->v = ARENA_ARRAY(
					&s->client->arena, struct cloudformation_stack_event, cap);
				if (out->n > 0)
					memcpy(out->v, old, out->n * sizeof *old);
			}
			out->v[out->n++] = page.stack_events.v[i];
		}
		in.next_token = page.next_token;
	} while (in.next_token.n > 0 && out->n < EVENTS_MAX);
	return 0;
}

int stack_mark(struct stack *s)
{
	struct cloudformation_describe_stack_events_input in = { .stack_name = s->name };
	struct cloudformation_describe_stack_events_output page;
	int r = client_call(s->client, &cloudformation_api,
		&cloudformation_describe_stack_events_operation, &in, &page);
	if (r == 0 && page.stack_events.n > 0)
		s->last_event = page.stack_events.v[0].event_id;
	return r;
}

static const struct {
	const char *status, *word;
	enum term_style style;
} words[] = {
	{ "CREATE_COMPLETE", "created", TERM_GREEN },
	{ "UPDATE_COMPLETE", "changed", TERM_YELLOW },
	{ "DELETE_COMPLETE", "removed", TERM_DIM },
	{ "DELETE_SKIPPED", "kept", TERM_DIM },
};

static bool is_stack_itself(const struct cloudformation_stack_event *e)
{
	return str_eq(e->physical_resource_id, e->stack_id);
}

static void print_event(struct stack *s, const struct cloudformation_stack_event *e)
{
	bool is_failure = str_ends(e->resource_status, STR("_FAILED"));
	if (is_failure && !s->failed_id.p &&
		!str_starts(e->resource_status_reason, STR("Resource creation cancelled")) &&
		!str_starts(e->resource_status_reason, STR("Resource update cancelled"))) {
		s->failed_id = e->logical_resource_id;
		s->failed_reason = e->resource_status_reason;
	}
	if (is_stack_itself(e))
		return;
	if (is_failure)
		printf("  %sfailed%s   %.*s  %.*s\n", term_style(TERM_RED), term_style(TERM_PLAIN),
			STR_ARG(e->logical_resource_id), STR_ARG(e->resource_status_reason));
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_is(e->resource_status, words[i].status))
			printf("  %s%-8s%s %.*s  %s%.*s%s\n", term_style(words[i].style),
				words[i].word, term_style(TERM_PLAIN),
				STR_ARG(e->logical_resource_id), term_style(TERM_DIM),
				STR_ARG(e->resource_type), term_style(TERM_PLAIN));
}

int stack_follow(struct stack *s, struct str *status)
{
	struct cloudformation_stack_events events;
	uint64_t wait_ms = POLL_MS_MIN;
	while (!program_is_ending()) {
		int r = new_events(s, &events);
		if (r < 0)
			return r;
		for (size_t i = events.n; i-- > 0;) {
			const struct cloudformation_stack_event *e = &events.v[i];
			print_event(s, e);
			s->last_event = e->event_id;
			if (is_stack_itself(e) &&
				!str_ends(e->resource_status, STR("_IN_PROGRESS"))) {
				*status = e->resource_status;
				return 0;
			}
		}
		fflush(stdout);
		wait_ms = events.n > 0 ? POLL_MS_MIN : MIN(wait_ms * 2, (uint64_t)POLL_MS_MAX);
		fiber_sleep(wait_ms);
	}
	return -EINTR;
}

int stack_delete(struct stack *s, struct str *status)
{
	struct cloudformation_delete_stack_output out;
	struct cloudformation_delete_stack_input in = { .stack_name = s->now.stack_id };
	s->name = s->now.stack_id; /* a deleted stack is found by its id alone */
	int r = stack_mark(s);
	if (r == 0)
		r = client_call(s->client, &cloudformation_api,
			&cloudformation_delete_stack_operation, &in, &out);
	return r < 0 ? r : stack_follow(s, status);
}
