/* The mailbox: a ring of records, numbered as they come. */
#include "services/mail/internal.h"
#include "store/key.h"

static struct str box_key(struct arena *arena)
{
	return KEY(arena, KEY_LITERAL("mail"));
}

static struct str mail_key(struct arena *arena, int64_t number)
{
	return KEY(arena, KEY_LITERAL("mail"), key_int(number));
}

static int64_t bytes_of(const struct mail_mail *mail)
{
	return (int64_t)(mail->body.n + mail->subject.n + mail->to.n + 256);
}

/* A caller who has to prove who it is sees what is its account's. */
static bool is_shown(const struct call *call, const struct mail_mail *mail)
{
	return call->aws->auth != AWS_AUTH_STRICT || str_eq(mail->account, call->identity.account);
}

/* The oldest make room. */
static void make_room(struct call *call, struct mail_box_record *box)
{
	while (box->next.v - box->first.v > MAIL_KEPT_MAX ||
		(box->bytes.v > MAIL_KEPT_BYTES_MAX && box->next.v - box->first.v > 1)) {
		struct mail_mail old = { 0 };
		struct str key = mail_key(call->arena, box->first.v);
		if (call_get_record(call, key, &mail_mail_shape, &old))
			box->bytes.v -= bytes_of(&old);
		txn_delete(call->txn, key);
		box->first.v++;
	}
}

int mail_keep_mail(struct call *call, const struct mail_mail *in, struct mail_keep_mail_output *out)
{
	struct mail_box_record box = { 0 };
	struct mail_mail mail = *in;
	(void)out;
	call_get_record(call, box_key(call->arena), &mail_box_record_shape, &box);
	box.first.set = box.next.set = box.bytes.set = true;
	mail.time = OPT_TIME(call->now_ms);
	mail.number = OPT_I64(box.next.v);
	call_put_record(call, mail_key(call->arena, box.next.v), &mail_mail_shape, &mail);
	box.next.v++;
	box.bytes.v += bytes_of(&mail);
	make_room(call, &box);
	call_put_record(call, box_key(call->arena), &mail_box_record_shape, &box);
	return 0;
}

int mail_list_mail(
	struct call *call, const struct mail_list_mail_input *in, struct mail_list_mail_output *out)
{
	size_t max = in->max_results.set ? (size_t)in->max_results.v : MAIL_LIST_MAX;
	struct str prefix = box_key(call->arena);
	struct txn_cursor c;
	out->mails.v = ARENA_ARRAY(call->arena, struct mail_mail, max);
	txn_cursor_open(
		call->txn, mail_key(call->arena, 0), key_range_end(call->arena, prefix), true, &c);
	while (out->mails.n < max && txn_cursor_next(&c)) {
		struct mail_mail mail = { 0 };
		if (record_decode(call->arena, &mail_mail_shape, arena_str(call->arena, c.value),
			    &mail) < 0 ||
			!is_shown(call, &mail) || (in->to.n && !str_eq(mail.to, in->to)) ||
			(in->kind.n && !str_eq(mail.kind, in->kind)))
			continue;
		mail.body = (struct str){ 0 };
		out->mails.v[out->mails.n++] = mail;
	}
	txn_cursor_close(&c);
	return 0;
}

int mail_get_mail(
	struct call *call, const struct mail_get_mail_input *in, struct mail_get_mail_output *out)
{
	struct mail_mail *mail = ARENA_NEW(call->arena, struct mail_mail);
	if (!call_get_record(call, mail_key(call->arena, in->number.v), &mail_mail_shape, mail) ||
		!is_shown(call, mail))
		return fail(call, &mail_mail_not_found, "There is no mail of this number.");
	out->mail = mail;
	return 0;
}

int mail_delete_all_mail(struct call *call, const struct mail_delete_all_mail_input *in,
	struct mail_delete_all_mail_output *out)
{
	struct mail_box_record box = { 0 };
	(void)in;
	(void)out;
	call_get_record(call, box_key(call->arena), &mail_box_record_shape, &box);
	txn_delete_range(call->txn, mail_key(call->arena, 0),
		key_range_end(call->arena, box_key(call->arena)));
	/* Numbers are not given twice. */
	box.first = OPT_I64(box.next.v);
	box.next.set = true;
	box.bytes = OPT_I64(0);
	call_put_record(call, box_key(call->arena), &mail_box_record_shape, &box);
	return 0;
}
