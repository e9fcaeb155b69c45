/* Tests of the access to structures by tables. */
#include "aws/shape.h"
#include "api/all_types.h"
#include "api/all_types.c"
#include "tests/check.h"

#define MEMBER(name) shape_member(&all_types_all_types_shape, STR(name))

static void members_are_found_by_name(void)
{
	CHECK_STR(str_c(MEMBER("Text")->name), "Text");
	CHECK_STR(str_c(MEMBER("default")->name), "default");
	CHECK(!MEMBER("text") && !MEMBER("") && !MEMBER("Texts"));
	CHECK(!shape_member(&shape_string, STR("Text")));
}

static void presence(void)
{
	struct all_types_child child = { .id = { 0 } };
	struct all_types_all_types none = { .text = { 0 } };
	struct all_types_all_types some = { .text = STR(""),
		.flag = OPT_BOOL(false),
		.number = OPT_I64(0),
		.real = OPT_F64(0),
		.moment = OPT_TIME(0),
		.strings = { (struct str[1]){ { 0 } }, 0 },
		.child = &child };
	static const char *const names[] = { "Text", "Flag", "Number", "Real", "Moment", "Strings",
		"Child" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct member *m = shape_member(&all_types_all_types_shape, str_c(names[i]));
		CHECK(!member_is_set(m, &none));
		CHECK(member_is_set(m, &some));
	}
	CHECK(member_value(MEMBER("Child"), &some) == &child);
	CHECK(member_value(MEMBER("Child"), &none) == NULL);
	CHECK(member_value(MEMBER("Text"), &some) == &some.text);
}

static void tables_say_what_the_file_says(void)
{
	CHECK_INT(MEMBER("FlatStrings")->flags, MEMBER_XML_FLATTENED);
	CHECK_STR(str_c(MEMBER("FlatStrings")->xml_name), "Flat");
	CHECK_STR(str_c(MEMBER("Other")->json_name), "json-name");
	CHECK_INT(MEMBER("HttpMoment")->timestamp, TIMESTAMP_HTTP_DATE);
	CHECK_INT(MEMBER("Tiny")->shape->bits, 8);
	CHECK_INT(MEMBER("Level")->shape->type, SHAPE_INTEGER);
	CHECK_STR(str_c(MEMBER("Color")->shape->values_known[2]), "blue");
	CHECK(!all_types_child_shape.has_constraints &&
		!all_types_string_list_shape.has_constraints);
	CHECK(all_types_checked_shape.has_constraints && all_types_tag_list_shape.has_constraints);
	CHECK_INT(all_types_child_list_shape.element_size, sizeof(struct all_types_child));
}

static void last_key_wins(void)
{
	struct all_types_string_map_entry e[] = { { STR("a"), STR("1") }, { STR("b"), STR("2") },
		{ STR("a"), STR("3") }, { STR(""), STR("4") }, { STR("a"), STR("5") },
		{ STR(""), STR("6") } };
	CHECK_INT(map_last_wins(e, COUNT_OF(e), sizeof *e), 3);
	CHECK_STR(e[0].value, "2");
	CHECK_STR(e[1].value, "5");
	CHECK_STR(e[2].value, "6");
	CHECK_INT(map_last_wins(e, 3, sizeof *e), 3);
	CHECK_INT(map_last_wins(e, 0, sizeof *e), 0);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "shape: members are found by name", members_are_found_by_name },
		{ "shape: presence", presence },
		{ "shape: the tables say what the file says", tables_say_what_the_file_says },
		{ "shape: a map's last key wins", last_key_wins },
	};
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
