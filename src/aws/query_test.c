/* Tests of the form reader (Smithy 2.0, "AWS Query protocol", query key resolution). */
#include "aws/codec.h"
#include "aws/limits.h"
#include "api/all_types.h"
#include "api/all_types.c"
#include "base/encode.h"
#include "tests/check.h"
#include "tests/values.h"
#include <errno.h>

static struct arena arena;
static struct decode_error error;

static int decode(const char *text, struct all_types_all_types *out)
{
	*out = (struct all_types_all_types){ 0 };
	error.text[0] = 0;
	return query_decode(&arena, &all_types_all_types_shape, str_c(text), out, &error);
}

static void reads_every_form(void)
{
	struct all_types_all_types v;
	CHECK_INT(
		decode("Action=Foo&Version=2020-01-01&Text=a+b%26%C3%A9&Flag=true&Number=-5"
		       "&Moment=2023-11-14T22%3A13%3A20Z"
		       "&Bytes=AQI%3D&Strings.member.1=a&Strings.member.2=b&Matrix.member.1.member.1=7"
		       "&StringMap.entry.1.key=k&StringMap.entry.1.value=v&Flat.1=x&Flat.2=y"
		       "&FlatEntry.1.key=k&FlatEntry.1.value=v&FlatChild.1.Name=c&FlatChild.1.Child.Name=d"
		       "&Renamed.item.1=r&RenamedMap.entry.1.Name=n&RenamedMap.entry.1.Setting=s"
		       "&Child.Name=n&Child.Children.member.1.Count=3&XmlName=o&Choice.L.member.1.S=s",
			&v),
		0);
	CHECK_STR(v.text, "a b&\xc3\xa9");
	CHECK(v.flag.v);
	CHECK_INT(v.number.v, -5);
	CHECK_INT(v.moment.ms, 1700000000000);
	CHECK_STR(v.bytes, "\x01\x02");
	CHECK_INT(v.strings.n, 2);
	CHECK_INT(v.matrix.v[0].v[0].v, 7);
	CHECK_STR(v.string_map.v[0].value, "v");
	CHECK_STR(v.flat_strings.v[1], "y");
	CHECK_STR(v.flat_map.v[0].key, "k");
	CHECK_STR(v.flat_children.v[0].child->name, "d");
	CHECK_STR(v.renamed.v[0], "r");
	CHECK_STR(v.renamed_map.v[0].value, "s");
	CHECK_INT(v.child->children.v[0].count.v, 3);
	CHECK_STR(v.other, "o");
	CHECK_STR(v.choice->l.v[0].s, "s");
}

static void order_and_gaps_do_not_matter(void)
{
	struct all_types_all_types v;
	CHECK_INT(decode("Flat.10=c&Flat.2=a&Strings.member.7=z&Flat.9=b&StringMap.entry.2.value=v2"
			 "&StringMap.entry.1.key=k1"
			 "&StringMap.entry.2.key=k2&StringMap.entry.1.value=v1&Strings.member.3=y",
			  &v),
		0);
	CHECK_INT(v.flat_strings.n, 3);
	CHECK_STR(v.flat_strings.v[0], "a");
	CHECK_STR(v.flat_strings.v[1], "b");
	CHECK_STR(v.flat_strings.v[2], "c");
	CHECK_STR(v.strings.v[0], "y");
	CHECK_STR(v.string_map.v[1].value, "v2");
	CHECK_INT(decode("Strings.member.1a=x", &v), -EINVAL);
}

static void empty_and_repeated(void)
{
	struct all_types_all_types v;
	CHECK_INT(decode("Strings=&StringMap=&Text=&Other", &v), 0);
	CHECK(v.strings.v && v.strings.n == 0 && v.string_map.v && v.string_map.n == 0);
	CHECK(v.text.p && v.text.n == 0);
	CHECK_INT(decode("Text=a&Text=b&&", &v), 0);
	CHECK_STR(v.text, "b");
	CHECK_INT(decode("", &v), 0);
	CHECK_INT(decode("Unknown.x=1&Unknown=2&.=3&=4", &v), 0);
}

static void refuses_what_is_broken(void)
{
	static const char *const cases[] = { "Text=%zz", "Text=%ff", "Text.x=1", "Number=five",
		"Strings.1=a", "Strings.member.x=a", "StringMap.entry.1.key=k",
		"StringMap.entry.1.value=v", "Tiny=1000", "Flat.1.x=a", "Moment=1700000000" };
	struct all_types_all_types v;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK_INT(decode(cases[i], &v), -EINVAL);
		CHECK(error.text[0]);
	}
}

static void depth_and_count_have_limits(void)
{
	struct buf b = { 0 };
	struct arena small;
	struct all_types_all_types v = { 0 };
	for (int i = 0; i < QUERY_PAIRS_MAX; i++)
		buf_printf(&b, "Flat.%d=x&", i + 1);
	CHECK_INT(decode(buf_cstr(&b), &v), -EINVAL);
	b.n -= 1;
	CHECK_INT(decode(buf_cstr(&b), &v), 0);
	CHECK_INT(v.flat_strings.n, QUERY_PAIRS_MAX);
	arena_init(&small, 64 * 1024);
	CHECK_INT(query_decode(&small, &all_types_all_types_shape, buf_view(&b), &v, &error),
		-ENOMEM);
	arena_fini(&small);
	b.n = 0;
	for (int i = 0; i <= CODEC_DEPTH_MAX; i++)
		buf_cat(&b, "Child.");
	buf_cat(&b, "Name=x");
	CHECK_INT(decode(buf_cstr(&b), &v), -EINVAL);
	CHECK(strstr(error.text, "nested deeper"));
	buf_fini(&b);
}

/* ---- a writer of forms, as the SDKs have it, for the way there ------------------------------- */

static void write_form(struct buf *b, struct str path, const struct shape *s,
	const struct member *m, const void *at, bool is_flat);

static void write_form_list(struct buf *b, struct str path, const struct shape *s,
	const struct any_list *list, bool is_flat)
{
	bool is_map = s->type == SHAPE_MAP;
	const struct member *value = &s->members[is_map];
	const char *part = is_flat ? "" : is_map ? "entry." : value->xml_name;
	for (size_t i = 0; i < list->n; i++) {
		const char *element = (const char *)list->v + i * s->element_size;
		struct str at = arena_printf(&arena, "%.*s%s%s%zu.", STR_ARG(path), part,
			is_flat || is_map ? "" : ".", i + 1);
		struct str inner = arena_printf(&arena, "%.*s%s.", STR_ARG(at), value->xml_name);
		if (is_map)
			write_form(b,
				arena_printf(
					&arena, "%.*s%s.", STR_ARG(at), s->members[0].xml_name),
				&shape_string, &s->members[0], element, false);
		write_form(b, is_map ? inner : at, value->shape, value, element + value->offset,
			false);
	}
}

static void write_form(struct buf *b, struct str path, const struct shape *s,
	const struct member *m, const void *at, bool is_flat)
{
	struct buf text = { 0 };
	if (s->type == SHAPE_LIST || s->type == SHAPE_MAP) {
		write_form_list(b, path, s, at, is_flat);
		return;
	}
	if (s->type == SHAPE_STRUCTURE || s->type == SHAPE_UNION) {
		for (uint32_t i = 0; i < s->member_count; i++) {
			const struct member *inner = &s->members[i];
			if (member_is_set(inner, at))
				write_form(b,
					arena_printf(
						&arena, "%.*s%s.", STR_ARG(path), inner->xml_name),
					inner->shape, inner, member_value(inner, at),
					inner->flags & MEMBER_XML_FLATTENED);
		}
		return;
	}
	text_encode(&text, s, m->timestamp, at);
	buf_append(b, path.p, path.n - 1);
	buf_char(b, '=');
	percent_encode_to(b, buf_view(&text), false);
	buf_char(b, '&');
	buf_fini(&text);
}

/* A form can't hold an empty structure: a list's would be lost, a member's be absent. */
static bool has_empty_structures(const struct shape *s, const void *at)
{
	bool has_members = false, empty = false;
	if (s->type == SHAPE_LIST || s->type == SHAPE_MAP) {
		const struct any_list *list = at;
		const struct member *m = &s->members[s->type == SHAPE_MAP];
		for (size_t i = 0; i < list->n && !empty; i++)
			empty = has_empty_structures(
				m->shape, (const char *)list->v + i * s->element_size + m->offset);
		return empty;
	}
	if (s->type != SHAPE_STRUCTURE && s->type != SHAPE_UNION)
		return false;
	for (uint32_t i = 0; i < s->member_count && !empty; i++) {
		const struct member *m = &s->members[i];
		has_members |= member_is_set(m, at);
		empty = member_is_set(m, at) && has_empty_structures(m->shape, member_value(m, at));
	}
	return empty || !has_members;
}

static void random_values_come_back(void)
{
	struct arena values_arena = { 0 };
	int compared = 0;
	for (uint64_t seed = 1; seed <= 2000; seed++) {
		struct values g = { .arena = &values_arena,
			.state = seed * 0x9e3779b97f4a7c15ull,
			.is_filled = true };
		struct all_types_all_types v = { 0 }, back;
		struct buf b = { 0 };
		arena_reset(&values_arena);
		arena_reset(&arena);
		values_fill(&g, &all_types_all_types_shape, NULL, &v, 0);
		v.tree = (struct str){ 0 }; /* documents are JSON's alone */
		if (has_empty_structures(&all_types_all_types_shape, &v))
			continue;
		write_form(&b, STR(""), &all_types_all_types_shape, NULL, &v, false);
		int r = decode(buf_cstr(&b), &back);
		buf_fini(&b);
		compared++;
		if (r < 0 || !values_equal(&all_types_all_types_shape, &v, &back)) {
			printf("# seed %llu: %d %s\n", (unsigned long long)seed, r, error.text);
			CHECK(!"the value comes back");
			break;
		}
	}
	CHECK(compared > 50);
	arena_fini(&values_arena);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "query: reads every form", reads_every_form },
		{ "query: order and gaps don't matter", order_and_gaps_do_not_matter },
		{ "query: empty and repeated parameters", empty_and_repeated },
		{ "query: refuses what is broken", refuses_what_is_broken },
		{ "query: depth and count have limits", depth_and_count_have_limits },
		{ "query: random values come back", random_values_come_back },
	};
	int failed = check_main(tests, COUNT_OF(tests), argc, argv);
	arena_fini(&arena);
	return failed;
}
