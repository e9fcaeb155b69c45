/* sns events: a topic of the service's own, or a subscription to another. */
#include "deploy/events.h"
#include <errno.h>

/* The dead letters' queue: its ARN and what its policy names, by ARN or by the logical id of a
 * queue of the service. */
static int add_redrive(struct deploy *d, struct function *f, struct str topic,
	yyjson_mut_val *source, yyjson_mut_val *redrive, yyjson_mut_val **arn)
{
	struct str ref = tree_str(tree_get(redrive, STR("deadLetterTargetRef"))), part[6],
		   rest = tree_str(tree_get(redrive, STR("deadLetterTargetArn")));
	yyjson_mut_val *import = tree_get(redrive, STR("deadLetterTargetImport")), *queue;
	struct str id = arena_printf(&d->arena, "%.*sTo%.*sDLQPolicy", STR_ARG(topic),
		STR_ARG(deploy_capital(d, f->key)));
	if (ref.p) {
		*arn = deploy_tree(d, "{'Fn::GetAtt': [%s, 'Arn']}", ref);
		queue = deploy_tree(d, "{'Ref': %s}", ref);
	} else if (import) {
		*arn = deploy_tree(d, "{'Fn::ImportValue': %v}", tree_get(import, STR("arn")));
		queue = deploy_tree(d, "{'Fn::ImportValue': %v}", tree_get(import, STR("url")));
	} else {
		*arn = tree_get(redrive, STR("deadLetterTargetArn"));
		for (size_t i = 0; i < COUNT_OF(part); i++)
			if (!rest.p || !str_cut(&rest, ':', &part[i]))
				return deploy_fail_at(d, f->event_path,
					"%s.redrivePolicy needs deadLetterTargetArn, -Ref or -Import",
					f->event_path);
		queue = deploy_tree(d, "{'Fn::Join': ['', [%s, {'Ref': 'AWS::URLSuffix'}, %s]]}",
			arena_printf(&d->arena, "https://sqs.%.*s.", STR_ARG(part[3])),
			arena_printf(&d->arena, "/%.*s/%.*s", STR_ARG(part[4]), STR_ARG(part[5])));
	}
	return deploy_add(d, id,
		deploy_tree(d,
			"{'Type': 'AWS::SQS::QueuePolicy', 'Properties': {'PolicyDocument': {"
			"'Version': '2012-10-17', 'Id': %s, 'Statement': [{'Effect': 'Allow', "
			"'Principal': {'Service': 'sns.amazonaws.com'}, 'Action': 'sqs:SendMessage', "
			"'Resource': %v, 'Condition': {'ArnEquals': {'aws:SourceArn': %v}}}]}, "
			"'Queues': [%v]}}",
			id, *arn, source, queue));
}

/* The region of a topic elsewhere, p == NULL for this one's. */
static struct str region_of(struct deploy *d, yyjson_mut_val *arn)
{
	struct str rest = tree_str(arn), part = { 0 };
	for (int i = 0; i < 4; i++)
		if (!rest.p || !str_cut(&rest, ':', &part))
			return (struct str){ 0 };
	return str_eq(part, d->region) ? (struct str){ 0 } : part;
}

/* A subscription of its own: what says more than an endpoint. */
static int add_subscription(struct deploy *d, struct function *f, struct str name,
	yyjson_mut_val *settings, yyjson_mut_val *source)
{
	yyjson_mut_val *redrive = tree_get(settings, STR("redrivePolicy")), *dead = NULL;
	int r = redrive ? add_redrive(d, f, name, source, redrive, &dead) : 0;
	return r < 0 ? r
		     : deploy_add(d,
			       arena_printf(&d->arena, "%.*sSnsSubscription%.*s",
				       STR_ARG(f->normal), STR_ARG(name)),
			       deploy_tree(d,
				       "{'Type': 'AWS::SNS::Subscription', 'Properties': {'TopicArn': %v,"
				       "'Protocol': 'lambda', 'Endpoint': %v, 'FilterPolicy': %v, "
				       "'FilterPolicyScope': %v, 'RedrivePolicy': %v, 'Region': %s}}",
				       source, event_target(d, f),
				       tree_get(settings, STR("filterPolicy")),
				       tree_get(settings, STR("filterPolicyScope")),
				       dead ? deploy_tree(d, "{'deadLetterTargetArn': %v}", dead)
					    : NULL,
				       region_of(d, source)));
}

/* A topic of the service's own carries its plain subscriptions itself. */
static void subscribe_plainly(struct deploy *d, struct function *f, struct str topic_id)
{
	yyjson_mut_val *properties = tree_get(tree_get(d->resources, topic_id), STR("Properties"));
	if (!tree_get(properties, STR("Subscription")))
		yyjson_mut_obj_add(
			properties, deploy_tree(d, "'Subscription'"), deploy_tree(d, "[]"));
	yyjson_mut_arr_append(tree_get(properties, STR("Subscription")),
		deploy_tree(d, "{'Endpoint': %v, 'Protocol': 'lambda'}", event_target(d, f)));
}

int sns_event(struct deploy *d, struct function *f, yyjson_mut_val *event)
{
	static const char *const known[] = { "arn", "topicName", "displayName", "filterPolicy",
		"filterPolicyScope", "redrivePolicy", NULL };
	bool is_arn = str_starts(tree_str(event), STR("arn:")) ||
		      (yyjson_mut_is_obj(event) && event_settings(d, event, "arn") != event);
	yyjson_mut_val *s = event_settings(d, event, is_arn ? "arn" : "topicName"),
		       *arn = tree_get(s, STR("arn")), *source = arn, *permitted = arn;
	int r = deploy_check_keys(d, s, f->event_path, known);
	struct str topic = tree_str(tree_get(s, STR("topicName")));
	if (r < 0)
		return r;
	if (!arn && !topic.p)
		return deploy_fail_at(
			d, f->event_path, "%s needs a topic's name or arn", f->event_path);
	struct str name =
		deploy_capital(d, topic.p ? deploy_alnum(d, topic) : event_source_name(d, arn));
	struct str id = arena_printf(&d->arena, "SNSTopic%.*s", STR_ARG(name));
	if (!arn) {
		source = deploy_tree(d, "{'Ref': %s}", id);
		permitted = deploy_tree(d,
			"{'Fn::Join': ['', ['arn:', {'Ref': 'AWS::Partition'}, ':sns:', "
			"{'Ref': 'AWS::Region'}, ':', {'Ref': 'AWS::AccountId'}, ':', %s]]}",
			topic);
	}
	if (!arn && !tree_get(d->resources, id))
		r = deploy_add(d, id,
			deploy_tree(d,
				"{'Type': 'AWS::SNS::Topic', 'Properties': {'TopicName': %s,"
				"'DisplayName': %v}}",
				topic, tree_get(s, STR("displayName"))));
	if (r == 0 &&
		(arn || tree_get(s, STR("filterPolicy")) || tree_get(s, STR("redrivePolicy"))))
		r = add_subscription(d, f, name, s, source);
	else if (r == 0)
		subscribe_plainly(d, f, id);
	return r < 0 ? r
		     : event_permission(d, f,
			       arena_printf(&d->arena, "%.*sLambdaPermission%.*sSNS",
				       STR_ARG(f->normal), STR_ARG(name)),
			       "sns.amazonaws.com", permitted);
}
