/* Settings of short messages (API Reference, SetSMSAttributes). */
#include "services/sns/internal.h"

static int check_number(struct call *call, const char *name, struct str value, int64_t max)
{
	int64_t n;
	if (str_to_i64(value, &n) < 0 || n < 0 || n > max)
		return invalid(call, "%s Reason: a number from 0 to %lld", name, (long long)max);
	return 0;
}

/* "A sender ID is 1-11 alphanumeric characters, with at least one letter." */
static int check_sender(struct call *call, struct str value)
{
	bool has_letter = false, ok = value.n <= 11;
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		has_letter |= is_letter;
		ok &= is_letter || (c >= '0' && c <= '9') || c == '-';
	}
	return value.n == 0 || (ok && has_letter) ? 0 : invalid(call, "DefaultSenderID");
}

static int check(struct call *call, struct str name, struct str value)
{
	if (str_is(name, "MonthlySpendLimit"))
		return check_number(call, "MonthlySpendLimit", value, 1000000);
	if (str_is(name, "DefaultSenderID"))
		return check_sender(call, value);
	if (str_is(name, "DefaultSMSType"))
		return str_is(value, "Promotional") || str_is(value, "Transactional")
			       ? 0
			       : invalid(call, "DefaultSMSType");
	if (str_is(name, "DeliveryStatusIAMRole") ||
		str_is(name, "DeliveryStatusSuccessSamplingRate") ||
		str_is(name, "UsageReportS3Bucket"))
		return invalid(call, "attributes Reason: %.*s is not served here", STR_ARG(name));
	return invalid(call, "attributes Reason: no attribute %.*s", STR_ARG(name));
}

static struct sns_map_string_to_string stored(struct call *call)
{
	struct sns_sms_record r = { 0 };
	call_get_record(call, call_key(call, "sms", STR("attributes")), &sns_sms_record_shape, &r);
	return r.attributes;
}

struct str sms_attribute(struct call *call, const char *name)
{
	struct sns_map_string_to_string all = stored(call);
	for (size_t i = 0; i < all.n; i++)
		if (str_is(all.v[i].key, name))
			return all.v[i].value;
	return (struct str){ 0 };
}

int sns_set_sms_attributes(struct call *call, const struct sns_set_sms_attributes_input *in,
	struct sns_set_sms_attributes_output *out)
{
	struct sns_map_string_to_string old = stored(call);
	struct sns_sms_record r = { 0 };
	(void)out;
	if (!in->attributes.n)
		return invalid(call, "attributes Reason: no value for required parameter");
	r.attributes.v = ARENA_ARRAY(
		call->arena, struct sns_map_string_to_string_entry, old.n + in->attributes.n);
	for (size_t i = 0; i < old.n; i++)
		r.attributes.v[r.attributes.n++] = old.v[i];
	for (size_t i = 0; i < in->attributes.n; i++) {
		if (check(call, in->attributes.v[i].key, in->attributes.v[i].value) < 0)
			return -1;
		r.attributes.v[r.attributes.n++] = in->attributes.v[i];
	}
	r.attributes.n = map_last_wins(r.attributes.v, r.attributes.n, sizeof *r.attributes.v);
	call_put_record(call, call_key(call, "sms", STR("attributes")), &sns_sms_record_shape, &r);
	return 0;
}

int sns_get_sms_attributes(struct call *call, const struct sns_get_sms_attributes_input *in,
	struct sns_get_sms_attributes_output *out)
{
	struct sns_map_string_to_string all = stored(call);
	out->attributes.v =
		ARENA_ARRAY(call->arena, struct sns_map_string_to_string_entry, all.n + 1);
	for (size_t i = 0; i < all.n; i++) {
		bool is_asked = !in->attributes.n;
		for (size_t k = 0; k < in->attributes.n; k++)
			is_asked |= str_eq(in->attributes.v[k], all.v[i].key);
		if (is_asked)
			out->attributes.v[out->attributes.n++] = all.v[i];
	}
	return 0;
}

int sns_check_if_phone_number_is_opted_out(struct call *call,
	const struct sns_check_if_phone_number_is_opted_out_input *in,
	struct sns_check_if_phone_number_is_opted_out_output *out)
{
	if (!phone_is_valid(in->phone_number))
		return invalid(call, "PhoneNumber Reason: input incorrectly formatted");
	out->is_opted_out = OPT_BOOL(false);
	return 0;
}

int sns_list_phone_numbers_opted_out(struct call *call,
	const struct sns_list_phone_numbers_opted_out_input *in,
	struct sns_list_phone_numbers_opted_out_output *out)
{
	(void)in;
	out->phone_numbers.v = ARENA_NEW(call->arena, struct str);
	return 0;
}

int sns_get_sms_sandbox_account_status(struct call *call,
	const struct sns_get_sms_sandbox_account_status_input *in,
	struct sns_get_sms_sandbox_account_status_output *out)
{
	(void)call;
	(void)in;
	out->is_in_sandbox = OPT_BOOL(false);
	return 0;
}
