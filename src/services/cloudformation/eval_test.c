/* Template functions, conditions, YAML and order: what AWS documents of them. */
#include "tests/check.h"
#include "services/cloudformation/internal.h"

static struct arena arena;

static int no_resource(struct cfn_eval *e, struct str logical, struct str attribute, value **out)
{
	*out = cfn_string(e->doc, arena_printf(e->arena, "<%.*s%s%.*s>", STR_ARG(logical),
					  attribute.p ? "." : "", STR_ARG(attribute)));
	return 0;
}

static void begin(struct cfn_eval *e, const char *template)
{
	struct str why = { 0 };
	value *root = NULL;
	value_doc *doc = cfn_doc_new(&arena);
	CHECK_INT(cfn_template_read(&arena, doc, str_c(template), &root, &why), 0);
	*e = (struct cfn_eval){ .arena = &arena,
		.doc = doc,
		.root = root,
		.conditions = yyjson_mut_obj(doc),
		.account = STR("123456789012"),
		.region = STR("eu-west-1"),
		.stack_name = STR("s"),
		.stack_id = STR("id"),
		.resource = no_resource };
}

/* The template's member V as JSON, or the error. */
static struct str evaluated(const char *template)
{
	struct cfn_eval e;
	begin(&e, template);
	value *v = cfn_evaluate(&e, cfn_get(e.root, "V"));
	return v ? cfn_json_write(&arena, v) : e.error;
}

static void test_functions(void)
{
	CHECK_STR(evaluated("V: !Join [\"-\", [a, 1, true]]"), "\"a-1-true\"");
	CHECK_STR(evaluated("V: !Sub \"${AWS::Region}/${!Literal}/${X}\"\nResources: {X: {}}"),
		"\"eu-west-1/${Literal}/<X>\"");
	CHECK_STR(
		evaluated("V: !Sub [\"${A}-${B.C}\", {A: b}]\nResources: {B: {}}"), "\"b-<B.C>\"");
	CHECK_STR(evaluated("V: !GetAtt X.A.B\nResources: {X: {}}"), "\"<X.A.B>\"");
	CHECK_STR(evaluated("V: !Select [1, !Split [\",\", \"a,b,c\"]]"), "\"b\"");
	CHECK_STR(evaluated("V: !Select [3, [a]]"),
		"Template error: Fn::Select cannot select nonexistent value at index 3");
	CHECK_STR(evaluated("V: !Base64 tea"), "\"dGVh\"");
	CHECK_STR(evaluated("V: {\"Fn::Cidr\": [\"10.0.0.0/24\", 2, 5]}"),
		"[\"10.0.0.0/27\",\"10.0.0.32/27\"]");
	CHECK_STR(evaluated("V: !GetAZs \"\""), "[\"eu-west-1a\",\"eu-west-1b\",\"eu-west-1c\"]");
	CHECK_STR(evaluated("Mappings: {M: {a: {b: 7}}}\nV: !FindInMap [M, a, b]"), "7");
	CHECK_STR(evaluated("Mappings: {M: {a: {b: 7}}}\nV: !FindInMap [M, a, c]"),
		"Template error: Unable to get mapping for M::a::c");
	CHECK_STR(evaluated("V: {\"Fn::Nonsense\": x}"),
		"Template error: unknown function Fn::Nonsense");
	CHECK_STR(evaluated("V: [1, !Ref AWS::NoValue, {a: !Ref AWS::NoValue, b: 2}]"),
		"[1,{\"b\":2}]");
}

static void test_conditions(void)
{
	static const char conditions[] =
		"Conditions: {T: !Equals [a, a], F: !Not [!Condition T], O: !Or [!Condition T, "
		"!Condition F], A: !And [!Condition T, !Condition F], L: !Condition M, M: !Condition L}\n"
		"V: [!If [T, 1, 2], !If [F, 1, 2], !If [O, 1, 2], !If [A, 1, 2]]";
	struct cfn_eval e;
	CHECK_STR(evaluated(conditions), "[1,2,1,2]");
	begin(&e, conditions);
	CHECK(cfn_condition(&e, STR("L")) < 0);
	CHECK(str_find(e.error, STR("circular")) >= 0);
}

static void test_yaml(void)
{
	CHECK_STR(evaluated("V: [1, 1.5, \"2\", true, 010, 1.10, 2012-10-17, ~]"),
		"[1,1.5,\"2\",true,\"010\",\"1.10\",\"2012-10-17\",null]");
	CHECK_STR(evaluated("A: &a {x: 1, y: 2}\nV: {<<: *a, y: 3}"), "{\"y\":3,\"x\":1}");
	struct str why = { 0 };
	value *root;
	CHECK(cfn_template_read(&arena, cfn_doc_new(&arena), STR("a: 1\na: 2"), &root, &why) < 0);
	CHECK(cfn_template_read(&arena, cfn_doc_new(&arena), STR("a: !Nonsense 1"), &root, &why) <
		0);
	CHECK(cfn_template_read(&arena, cfn_doc_new(&arena), STR("a: *nothing"), &root, &why) < 0);
	CHECK(cfn_template_read(&arena, cfn_doc_new(&arena), STR(""), &root, &why) < 0);
}

static void test_bombs(void)
{
	struct buf b = { 0 };
	struct str why = { 0 };
	value *root;
	buf_cat(&b, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 9; i++)
		buf_printf(&b, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i,
			i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	CHECK(cfn_template_read(&arena, cfn_doc_new(&arena), buf_view(&b), &root, &why) < 0);
	b.n = 0;
	for (int i = 0; i < 5000; i++)
		buf_char(&b, '[');
	CHECK(cfn_template_read(&arena, cfn_doc_new(&arena), buf_view(&b), &root, &why) < 0);
	b.n = 0;
	for (int i = 0; i < 5000; i++)
		buf_cat(&b, "{\"a\":");
	CHECK(cfn_template_read(&arena, cfn_doc_new(&arena), buf_view(&b), &root, &why) < 0);
	buf_fini(&b);
}

static void test_order(void)
{
	struct cfn_eval e;
	struct cfn_graph g;
	begin(&e,
		"Conditions: {Never: !Equals [a, b]}\nResources:\n  A: {Type: T, DependsOn: B}\n  "
		"B: {Type: T, Properties: {x: !Sub "
		"\"${C.Arn}\"}}\n  C: {Type: T}\n  D: {Type: T, Condition: Never}\n");
	CHECK_INT(cfn_graph_make(&e, cfn_get(e.root, "Resources"), &g), 0);
	CHECK_INT(g.n, 3);
	CHECK_INT(g.nodes[0].need_count, 1);
	CHECK_INT(g.nodes[0].needs[0], 1);
	CHECK_INT(g.nodes[1].needs[0], 2);
	CHECK_INT(g.nodes[2].need_count, 0);
	begin(&e, "Resources: {A: {Type: T, DependsOn: B}, B: {Type: T, Properties: {x: !Ref A}}, "
		  "C: {Type: T}}");
	CHECK(cfn_graph_make(&e, cfn_get(e.root, "Resources"), &g) < 0);
	CHECK_STR(e.error, "Circular dependency between resources: [A, B]");
}

static const struct test tests[] = {
	{ "functions", test_functions },
	{ "conditions", test_conditions },
	{ "yaml", test_yaml },
	{ "bombs", test_bombs },
	{ "order", test_order },
};

int main(int argc, char **argv)
{
	int r = check_main(tests, COUNT_OF(tests), argc, argv);
	arena_fini(&arena);
	return r;
}
