/*
 * Event patterns: each comparison operator of the EventBridge User Guide ("Comparison operators for
 * use in event patterns"), on events that match and events that don't, and patterns that are
 * refused.
 */
#include "aws/pattern.h"
#include "base/buf.h"
#include "tests/check.h"

struct example {
	const char *pattern;
	const char *yes[6], *no[6]; /* events, NULL-terminated when fewer */
};

static const struct example examples[] = {
	/* Matching values: exact, of any of a list. */
	{ "{'source':['aws.ec2','aws.fargate']}",
		{ "{'source':'aws.ec2','x':1}", "{'source':'aws.fargate'}" },
		{ "{'source':'aws.ec'}", "{'source':'AWS.EC2'}", "{}", "{'source':null}",
			"{'source':{'a':1}}" } },
	{ "{'a':[1,true,null,'']}",
		{ "{'a':1}", "{'a':1.0}", "{'a':true}", "{'a':null}", "{'a':''}" },
		{ "{'a':2}", "{'a':'1'}", "{'a':false}", "{}" } },
	{ "{'detail':{'state':['running']},'source':['s']}",
		{ "{'source':'s','detail':{'state':'running','x':0}}" },
		{ "{'source':'s','detail':{}}", "{'source':'s'}", "{'detail':{'state':'running'}}",
			"{'source':'s','detail':'x'}" } },
	/* Arrays in the event: the intersection must not be empty. */
	{ "{'r':['a','b']}", { "{'r':['x','b']}", "{'r':['a']}" }, { "{'r':['x']}", "{'r':[]}" } },
	{ "{'r':{'id':['a']}}", { "{'r':[{'id':'x'},{'id':'a'}]}" },
		{ "{'r':[{'id':'x'}]}", "{'r':[]}", "{'r':['a']}" } },
	/* Prefix and suffix. */
	{ "{'t':[{'prefix':'2017-10-02'}]}",
		{ "{'t':'2017-10-02T18:43:48Z'}", "{'t':'2017-10-02'}" },
		{ "{'t':'2017-10-0'}", "{'t':20171002}", "{}" } },
	{ "{'s':{'x':[{'prefix':{'equals-ignore-case':'EventB'}}]}}",
		{ "{'s':{'x':'eventbridge'}}" }, { "{'s':{'x':'event'}}" } },
	{ "{'f':[{'suffix':'.png'}]}", { "{'f':'a.png'}", "{'f':'.png'}" },
		{ "{'f':'a.PNG'}", "{'f':'png'}" } },
	{ "{'f':[{'suffix':{'equals-ignore-case':'.png'}}]}", { "{'f':'a.PNG'}" },
		{ "{'f':'a.jpg'}" } },
	/* Anything-but. */
	{ "{'s':[{'anything-but':'initializing'}]}",
		{ "{'s':'running'}", "{'s':7}", "{'s':['initializing','x']}" },
		{ "{'s':'initializing'}", "{}" } },
	{ "{'x':[{'anything-but':123}]}", { "{'x':124}", "{'x':'123'}" },
		{ "{'x':123}", "{'x':123.0}" } },
	{ "{'s':[{'anything-but':['stopped','overloaded']}]}", { "{'s':'x'}" },
		{ "{'s':'stopped'}", "{'s':'overloaded'}" } },
	{ "{'x':[{'anything-but':[100,200]}]}", { "{'x':300}" }, { "{'x':200}" } },
	{ "{'s':[{'anything-but':{'equals-ignore-case':['Stopped','x']}}]}", { "{'s':'run'}" },
		{ "{'s':'STOPPED'}" } },
	{ "{'s':[{'anything-but':{'prefix':'init'}}]}", { "{'s':'xinit'}" },
		{ "{'s':'initial'}" } },
	{ "{'s':[{'anything-but':{'suffix':['.txt','.rtf']}}]}", { "{'s':'a.png'}" },
		{ "{'s':'a.txt'}", "{'s':'.rtf'}" } },
	{ "{'s':[{'anything-but':{'wildcard':'*/lib/*'}}]}", { "{'s':'a/b/c'}" },
		{ "{'s':'a/lib/c'}" } },
	/* Numbers. */
	{ "{'c':[{'numeric':['>',0,'<=',5]}]}", { "{'c':5}", "{'c':0.1}" },
		{ "{'c':0}", "{'c':5.1}", "{'c':'3'}", "{}" } },
	{ "{'c':[{'numeric':['<',10]}]}", { "{'c':-1e9}", "{'c':9.99}" }, { "{'c':10}" } },
	{ "{'c':[{'numeric':['=',3.018e2]}]}", { "{'c':301.8}" }, { "{'c':301}" } },
	{ "{'c':[{'numeric':['>=',1]}]}", { "{'c':1}" }, { "{'c':0}" } },
	/* Addresses. */
	{ "{'ip':[{'cidr':'10.0.0.0/24'}]}", { "{'ip':'10.0.0.0'}", "{'ip':'10.0.0.255'}" },
		{ "{'ip':'10.0.1.255'}", "{'ip':'x'}", "{'ip':10}" } },
	{ "{'ip':[{'cidr':'10.0.0.0/9'}]}", { "{'ip':'10.127.0.1'}" }, { "{'ip':'10.128.0.1'}" } },
	{ "{'ip':[{'cidr':'2001:db8::/32'}]}", { "{'ip':'2001:db8::1'}" },
		{ "{'ip':'2001:db9::1'}", "{'ip':'1.2.3.4'}" } },
	/* Exists, on leaves only. */
	{ "{'d':{'c':[{'exists':true}]}}", { "{'d':{'c':1}}", "{'d':{'c':null}}" },
		{ "{'d':{}}", "{'d':{'c':{'x':1}}}", "{}" } },
	{ "{'d':{'c':[{'exists':false}]}}", { "{'d':{}}", "{}", "{'d':{'c':{'x':1}}}" },
		{ "{'d':{'c':1}}", "{'d':{'c':''}}" } },
	{ "{'d':{'c':[{'exists':false},'x']}}", { "{'d':{'c':'x'}}", "{'d':{}}" },
		{ "{'d':{'c':'y'}}" } },
	/* Case, and wildcards. */
	{ "{'n':[{'equals-ignore-case':'alice'}]}", { "{'n':'Alice'}", "{'n':'ALICE'}" },
		{ "{'n':'alic'}" } },
	{ "{'p':[{'wildcard':'dir/*.png'}]}", { "{'p':'dir/a.png'}", "{'p':'dir/.png'}" },
		{ "{'p':'dir/a.png.'}", "{'p':'dirx.png'}", "{'p':'dir/png'}" } },
	{ "{'p':[{'wildcard':'*ab*ab'}]}", { "{'p':'abab'}", "{'p':'xabyab'}" },
		{ "{'p':'ab'}", "{'p':'aba'}" } },
	{ "{'p':[{'wildcard':'a\\\\*b*'}]}", { "{'p':'a*bc'}" }, { "{'p':'axbc'}" } },
	/* $or, alone, beside others, nested; and a field of that name. */
	{ "{'d':{'$or':[{'a':[1]},{'b':[{'numeric':['<',0]}]}]}}",
		{ "{'d':{'a':1}}", "{'d':{'a':2,'b':-1}}" }, { "{'d':{'a':2}}", "{'d':{}}" } },
	{ "{'s':['x'],'$or':[{'a':[1]},{'$or':[{'b':[2]},{'c':[3]}]}]}",
		{ "{'s':'x','c':3}", "{'s':'x','a':1}" }, { "{'c':3}", "{'s':'x'}" } },
	{ "{'$or':['x']}", { "{'$or':'x'}" }, { "{}" } },
};

/* The examples are written with ' for ". */
static struct str json_of(struct arena *arena, const char *text)
{
	struct str s = arena_str(arena, str_c(text));
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\'')
			((char *)s.p)[i] = '"';
	return s;
}

static void expect(const struct pattern *p, struct arena *arena, const char *pattern,
	const char *event, bool wanted)
{
	bool matches = pattern_matches_text(p, json_of(arena, event));
	if (matches != wanted)
		printf("# %s on %s: %d\n", pattern, event, matches);
	CHECK(matches == wanted);
}

static void test_examples(void)
{
	struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		const struct example *e = &examples[i];
		struct pattern *p = NULL;
		struct str why = { 0 };
		int r = pattern_compile(&arena, json_of(&arena, e->pattern), &p, &why);
		if (r < 0)
			printf("# %s: %.*s\n", e->pattern, STR_ARG(why));
		CHECK_INT(r, 0);
		for (size_t k = 0; r == 0 && k < COUNT_OF(e->yes) && e->yes[k]; k++)
			expect(p, &arena, e->pattern, e->yes[k], true);
		for (size_t k = 0; r == 0 && k < COUNT_OF(e->no) && e->no[k]; k++)
			expect(p, &arena, e->pattern, e->no[k], false);
	}
	arena_fini(&arena);
}

static void test_refused(void)
{
	static const char *const patterns[] = { "", "x", "[]", "{}", "{'a':'x'}", "{'a':1}",
		"{'a':[]}", "{'a':{}}", "{'a':[['x']]}", "{'a':[{'unknown':1}]}",
		"{'a':[{'prefix':1}]}", "{'a':[{'prefix':'x','suffix':'y'}]}",
		"{'a':[{'exists':'x'}]}", "{'a':[{'numeric':[]}]}", "{'a':[{'numeric':['<','x']}]}",
		"{'a':[{'numeric':['!',1]}]}", "{'a':[{'numeric':['>',5,'<',1]}]}",
		"{'a':[{'numeric':['<',5,'>',1]}]}", "{'a':[{'cidr':'10.0.0.0'}]}",
		"{'a':[{'cidr':'10.0.0/8'}]}", "{'a':[{'cidr':'10.0.0.0/33'}]}",
		"{'a':[{'wildcard':'a**b'}]}", "{'a':[{'wildcard':'a\\\\b'}]}",
		"{'a':[{'anything-but':[]}]}", "{'a':[{'anything-but':{'numeric':['<',1]}}]}",
		"{'a':[{'anything-but':{'prefix':1}}]}", "{'a':[{}]}" };
	struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT_OF(patterns); i++) {
		struct pattern *p = NULL;
		struct str why = { 0 };
		int r = pattern_compile(&arena, json_of(&arena, patterns[i]), &p, &why);
		if (r == 0 || !why.n)
			printf("# %s\n", patterns[i]);
		CHECK(r < 0 && why.n > 0);
	}
	arena_fini(&arena);
}

/* What a client can grow has a limit: depth, and what $or multiplies to. */
static void test_limits(void)
{
	struct arena arena = { 0 };
	struct buf b = { 0 };
	struct pattern *p;
	struct str why;
	for (int i = 0; i < 1000; i++)
		buf_cat(&b, "{\"a\":");
	buf_cat(&b, "[1]");
	for (int i = 0; i < 1000; i++)
		buf_char(&b, '}');
	CHECK(pattern_compile(&arena, buf_view(&b), &p, &why) < 0);
	b.n = 0;
	for (int i = 0; i < 12; i++)
		buf_cat(&b, "{\"$or\":[{\"a\":[1]},{\"b\":[2]},");
	buf_cat(&b, "{\"c\":[3]}");
	for (int i = 0; i < 12; i++)
		buf_cat(&b, "]}");
	CHECK(pattern_compile(&arena, buf_view(&b), &p, &why) < 0);
	buf_fini(&b);
	arena_fini(&arena);
}

static const struct test tests[] = {
	{ "examples", test_examples },
	{ "refused", test_refused },
	{ "limits", test_limits },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
