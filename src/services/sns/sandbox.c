/*
 * The telephone numbers of the sandbox (SNS Developer Guide, "Adding and verifying phone numbers in
 * the SMS sandbox"): the password comes as a short message. No account is in the sandbox here, so
 * numbers that are not verified get messages too.
 */
#include "api/mail.h"
#include "aws/hash.h"
#include "base/random.h"
#include "services/sns/internal.h"

enum { PASSWORD_DIGITS = 6 };

static const char *const languages[] = { "en-US", "en-GB", "es-419", "es-ES", "de-DE", "fr-CA",
	"fr-FR", "it-IT", "ja-JP", "pt-BR", "kr-KR", "zh-CN", "zh-TW" };

static int check_number(struct call *call, struct str number)
{
	return phone_is_valid(number)
		       ? 0
		       : invalid(call, "PhoneNumber Reason: %.*s is not a valid phone number",
				 STR_ARG(number));
}

static int find(struct call *call, struct str number, struct sns_sandbox_record *r)
{
	*r = (struct sns_sandbox_record){ 0 };
	if (check_number(call, number) < 0)
		return -1;
	if (call_get_record(call, call_key(call, "sandbox", number), &sns_sandbox_record_shape, r))
		return 0;
	return fail(call, &sns_resource_not_found_exception,
		"The phone number is not among those of the sandbox.");
}

static void put(struct call *call, struct str number, const struct sns_sandbox_record *r)
{
	call_put_record(call, call_key(call, "sandbox", number), &sns_sandbox_record_shape, r);
}

static struct str prefix_of(struct call *call)
{
	return KEY(call->arena, KEY_LITERAL("sns"), key_text(call->identity.account),
		key_text(call->identity.region), KEY_LITERAL("sandbox"));
}

static size_t count(struct call *call)
{
	struct str prefix = prefix_of(call);
	struct txn_cursor c;
	size_t n = 0;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c))
		n++;
	txn_cursor_close(&c);
	return n;
}

static int send_password(struct call *call, struct str number, struct str password)
{
	struct mail_mail mail = { .kind = STR("sms"),
		.account = call->identity.account,
		.region = call->identity.region,
		.from = sms_attribute(call, "DefaultSenderID"),
		.to = number,
		.message_id = call->request_id,
		.body = arena_printf(call->arena,
			"Your verification code for Amazon SNS is %.*s. It is good for 24 hours.",
			STR_ARG(password)) };
	struct mail_keep_mail_output kept;
	return call_inner(call, &mail_keep_mail_operation, NULL, &mail, &kept);
}

int sns_create_sms_sandbox_phone_number(struct call *call,
	const struct sns_create_sms_sandbox_phone_number_input *in,
	struct sns_create_sms_sandbox_phone_number_output *out)
{
	struct sns_sandbox_record r = { 0 };
	char digits[PASSWORD_DIGITS + 1];
	bool is_language = !in->language_code.p;
	(void)out;
	if (check_number(call, in->phone_number) < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(languages); i++)
		is_language |= str_is(in->language_code, languages[i]);
	if (!is_language)
		return invalid(
			call, "LanguageCode Reason: no language %.*s", STR_ARG(in->language_code));
	bool is_known = call_get_record(
		call, call_key(call, "sandbox", in->phone_number), &sns_sandbox_record_shape, &r);
	if (r.is_verified.v)
		return fail(
			call, &sns_user_error_exception, "The phone number is verified already.");
	if (!is_known && count(call) >= SNS_SANDBOX_MAX)
		return fail(call, &sns_user_error_exception,
			"The sandbox has %d phone numbers already.", SNS_SANDBOX_MAX);
	random_text(digits, PASSWORD_DIGITS, STR("0123456789"));
	r.password = arena_str(call->arena, str_c(digits));
	r.sent = OPT_I64(call->now_ms);
	r.tries = OPT_I64(0);
	put(call, in->phone_number, &r);
	return send_password(call, in->phone_number, r.password);
}

static int fail_verification(struct call *call, const char *status, const char *why)
{
	struct sns_verification_exception detail = { .status = str_c(status) };
	return fail_with(call, &sns_verification_exception, &detail, "%s", why);
}

/* The transaction is not the operation's own: a wrong try is kept, though the operation fails. */
struct verifying {
	const struct sns_verify_sms_sandbox_phone_number_input *in;
	bool is_right, is_over;
};

static int verify_run(struct call *call, void *arg)
{
	struct verifying *v = arg;
	struct sns_sandbox_record r;
	if (find(call, v->in->phone_number, &r) < 0)
		return -1;
	v->is_over =
		r.tries.v >= SNS_SANDBOX_TRIES_MAX || r.sent.v + SNS_SANDBOX_MS <= call->now_ms;
	v->is_right = !v->is_over && r.password.n == v->in->one_time_password.n &&
		      bytes_equal_secret(r.password.p, v->in->one_time_password.p, r.password.n);
	r.tries = OPT_I64(r.tries.v + 1);
	r.tried = OPT_I64(call->now_ms);
	if (v->is_right)
		r.is_verified = OPT_BOOL(true);
	put(call, v->in->phone_number, &r);
	return 0;
}

int sns_verify_sms_sandbox_phone_number(struct call *call,
	const struct sns_verify_sms_sandbox_phone_number_input *in,
	struct sns_verify_sms_sandbox_phone_number_output *out)
{
	struct verifying v = { .in = in };
	struct str password = in->one_time_password;
	bool is_number = password.n >= 5 && password.n <= 8;
	(void)out;
	for (size_t i = 0; i < password.n; i++)
		is_number &= password.p[i] >= '0' && password.p[i] <= '9';
	if (!is_number)
		return invalid(call, "OneTimePassword Reason: 5 to 8 digits");
	if (call_write(call, verify_run, &v) < 0)
		return -1;
	if (v.is_right)
		return 0;
	return v.is_over ? fail_verification(call, "Expired",
				   "The password is good no longer: ask for another.")
			 : fail_verification(call, "Failed", "The password is wrong.");
}

int sns_delete_sms_sandbox_phone_number(struct call *call,
	const struct sns_delete_sms_sandbox_phone_number_input *in,
	struct sns_delete_sms_sandbox_phone_number_output *out)
{
	struct sns_sandbox_record r;
	(void)out;
	if (find(call, in->phone_number, &r) < 0)
		return -1;
	/* "You must wait at least 24 hours since verifying, or since the last attempt of it." */
	if (r.tried.set && r.tried.v + SNS_SANDBOX_MS > call->now_ms)
		return fail(call, &sns_user_error_exception,
			"The phone number can be deleted 24 hours after the last try to verify it.");
	txn_delete(call->txn, call_key(call, "sandbox", in->phone_number));
	return 0;
}

static int page_of(struct call *call, struct opt_i64 asked, int64_t max, int64_t *out)
{
	*out = asked.set ? asked.v : max;
	if (*out < 1 || *out > max)
		return invalid(call, "MaxResults Reason: a number from 1 to %lld", (long long)max);
	return 0;
}

int sns_list_sms_sandbox_phone_numbers(struct call *call,
	const struct sns_list_sms_sandbox_phone_numbers_input *in,
	struct sns_list_sms_sandbox_phone_numbers_output *out)
{
	struct str prefix = prefix_of(call), begin = prefix;
	struct sns_sms_sandbox_phone_number_list *list = &out->phone_numbers;
	struct txn_cursor c;
	int64_t max;
	if (page_of(call, in->max_results, SNS_SANDBOX_PAGE, &max) < 0)
		return -1;
	if (in->next_token.p && !phone_is_valid(in->next_token))
		return invalid(call, "NextToken");
	if (in->next_token.p)
		begin = key_after(call->arena, call_key(call, "sandbox", in->next_token));
	list->v = ARENA_ARRAY(call->arena, struct sns_sms_sandbox_phone_number, (size_t)max);
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct sns_sandbox_record r = { 0 };
		struct key_part part;
		if (list->n == (size_t)max) {
			out->next_token = list->v[list->n - 1].phone_number;
			break;
		}
		if (key_decode(call->arena, str_from(c.key, prefix.n), &part, 1) != 1 ||
			record_decode(call->arena, &sns_sandbox_record_shape, c.value, &r) < 0)
			continue;
		list->v[list->n++] = (struct sns_sms_sandbox_phone_number){ part.text,
			r.is_verified.v ? STR("Verified") : STR("Pending") };
	}
	txn_cursor_close(&c);
	return 0;
}

int sns_list_origination_numbers(struct call *call,
	const struct sns_list_origination_numbers_input *in,
	struct sns_list_origination_numbers_output *out)
{
	int64_t max;
	if (page_of(call, in->max_results, 30, &max) < 0)
		return -1;
	if (in->next_token.n)
		return invalid(call, "NextToken");
	out->phone_numbers.v = ARENA_NEW(call->arena, struct sns_phone_number_information);
	return 0;
}

/* Nobody opts out of messages that are kept, so it is as asked already. */
int sns_opt_in_phone_number(struct call *call, const struct sns_opt_in_phone_number_input *in,
	struct sns_opt_in_phone_number_output *out)
{
	(void)out;
	return check_number(call, in->phone_number);
}
