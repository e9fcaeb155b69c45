/* A mail as the text that goes over the wire (RFC 5322, RFC 2045, RFC 2047). */
#include "base/buf.h"
#include "base/encode.h"
#include "services/mail/internal.h"
#include <time.h>

enum { LINE_BYTES = 57 /* of base64: 76 characters */, WORD_BYTES = 42 };

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

/* Words of RFC 2047, none of which breaks a character, when it isn't ASCII. */
static void put_text(struct buf *b, struct str s)
{
	if (is_plain(s)) {
		buf_str(b, s);
		return;
	}
	for (size_t at = 0; at < s.n;) {
		size_t n = MIN(s.n - at, (size_t)WORD_BYTES);
		while (n > 1 && at + n < s.n && ((unsigned char)s.p[at + n] & 0xc0) == 0x80)
			n--;
		buf_cat(b, at ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
		base64_encode_to(b, str_sub(s, at, n));
		buf_cat(b, "?=");
		at += n;
	}
}

/* A display name: quoted when it is ASCII. */
static void put_name(struct buf *b, struct str name)
{
	if (!is_plain(name)) {
		put_text(b, name);
		return;
	}
	buf_char(b, '"');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"' || name.p[i] == '\\')
			buf_char(b, '\\');
		buf_char(b, name.p[i]);
	}
	buf_char(b, '"');
}

static void put_date(struct buf *b, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[64];
	gmtime_r(&seconds, &tm);
	strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	buf_printf(b, "Date: %s\r\n", text);
}

struct str mail_text(struct call *call, const struct mail_mail *mail, struct str from_address)
{
	struct buf b = { 0 };
	bool is_json = str_is(mail->kind, "email-json");
	buf_cat(&b, "From: ");
	if (mail->from.n) {
		put_name(&b, mail->from);
		buf_char(&b, ' ');
	}
	buf_printf(
		&b, "<%.*s>\r\nTo: <%.*s>\r\nSubject: ", STR_ARG(from_address), STR_ARG(mail->to));
	put_text(&b, mail->subject);
	buf_cat(&b, "\r\n");
	put_date(&b, call->now_ms);
	if (mail->message_id.n)
		buf_printf(&b, "Message-ID: <%.*s@samovar>\r\n", STR_ARG(mail->message_id));
	buf_printf(&b,
		"MIME-Version: 1.0\r\nContent-Type: %s; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\n",
		is_json ? "application/json" : "text/plain");
	for (size_t at = 0; at < mail->body.n; at += LINE_BYTES) {
		base64_encode_to(
			&b, str_sub(mail->body, at, MIN(mail->body.n - at, (size_t)LINE_BYTES)));
		buf_cat(&b, "\r\n");
	}
	struct str text = arena_str(call->arena, buf_view(&b));
	buf_fini(&b);
	return text;
}
