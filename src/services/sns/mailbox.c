/* The mailbox: mails and short messages that are not sent anywhere, for whoever looks. */
#include "services/sns/letter.h"

static struct str mailbox_key(struct arena *arena)
{
	return KEY(arena, KEY_LITERAL("mailbox"));
}

static struct str mail_key(struct arena *arena, int64_t number)
{
	return KEY(arena, KEY_LITERAL("mailbox"), key_int(number));
}

static int64_t bytes_of(const struct sns_mail_record *mail)
{
	return (int64_t)(mail->body.n + mail->subject.n + mail->to.n + 256);
}

static void make_room(struct call *call, struct sns_mailbox_record *box)
{
	while (box->next.v - box->first.v > SNS_MAILBOX_MAX ||
		(box->bytes.v > SNS_MAILBOX_BYTES_MAX && box->next.v - box->first.v > 1)) {
		struct sns_mail_record old = { 0 };
		struct str key = mail_key(call->arena, box->first.v);
		if (call_get_record(call, key, &sns_mail_record_shape, &old))
			box->bytes.v -= bytes_of(&old);
		txn_delete(call->txn, key);
		box->first.v++;
	}
}

void mailbox_put(struct call *call, const struct sns_mail_record *mail)
{
	struct sns_mailbox_record box = { 0 };
	struct sns_mail_record r = *mail;
	call_get_record(call, mailbox_key(call->arena), &sns_mailbox_record_shape, &box);
	r.time = OPT_I64(call->now_ms);
	box.first.set = box.next.set = box.bytes.set = true;
	call_put_record(call, mail_key(call->arena, box.next.v), &sns_mail_record_shape, &r);
	box.next.v++;
	box.bytes.v += bytes_of(&r);
	make_room(call, &box);
	call_put_record(call, mailbox_key(call->arena), &sns_mailbox_record_shape, &box);
}
