/*
 * Signatures of messages, by RSA with SHA-1 or SHA-256 (SNS Developer Guide, "Verifying the
 * signatures of Amazon SNS messages"), and the certificate that proves them: self-signed, made at
 * the first need and kept in the store.
 */
#include "aws/hash.h"
#include "base/encode.h"
#include "loop/loop.h"
#include "services/sns/publication.h"
#include "services/sns/state.h"
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_BITS = 2048, CERTIFICATE_DAYS = 3650, SIGNATURE_BYTES_MAX = 512 };

/* ---- making ---- */

struct making {
	struct arena *arena;
	struct sns_signer_record record;
	int r;
};

static X509 *new_certificate(EVP_PKEY *key)
{
	static const unsigned char name[] = "sns.samovar";
	X509 *x = X509_new();
	int ok = x && X509_set_version(x, 2) && X509_gmtime_adj(X509_getm_notBefore(x), -3600) &&
		 X509_time_adj_ex(X509_getm_notAfter(x), CERTIFICATE_DAYS, 0, NULL) &&
		 X509_set_pubkey(x, key);
	X509_NAME *subject = ok ? X509_get_subject_name(x) : NULL;
	uint64_t serial;
	ok = ok && RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
	     ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1) &&
	     X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0) &&
	     X509_set_issuer_name(x, subject) && X509_sign(x, key, EVP_sha256());
	if (ok)
		return x;
	X509_free(x);
	return NULL;
}

static struct str bio_text(struct arena *arena, BIO *bio)
{
	char *p;
	long n = BIO_get_mem_data(bio, &p);
	return arena_str(arena, (struct str){ p, (size_t)n });
}

/* On a thread of the pool: some hundred milliseconds. */
static void make(void *arg)
{
	struct making *m = arg;
	EVP_PKEY *key = EVP_RSA_gen(KEY_BITS);
	X509 *x = key ? new_certificate(key) : NULL;
	BIO *pem = BIO_new(BIO_s_mem()), *der = BIO_new(BIO_s_mem());
	m->r = -ENOMEM;
	if (x && pem && der && PEM_write_bio_X509(pem, x) && i2d_PrivateKey_bio(der, key)) {
		m->record = (struct sns_signer_record){ bio_text(m->arena, der),
			bio_text(m->arena, pem) };
		m->r = 0;
	}
	BIO_free(der);
	BIO_free(pem);
	X509_free(x);
	EVP_PKEY_free(key);
}

static struct str signer_key(struct arena *arena)
{
	return KEY(arena, KEY_LITERAL("sns"), KEY_LITERAL("signer"));
}

static int read_run(struct call *call, void *arg)
{
	struct sns_signer_record *record = arg;
	*record = (struct sns_signer_record){ 0 };
	call_get_record(call, signer_key(call->arena), &sns_signer_record_shape, record);
	return 0;
}

/* Another process may have been first. */
static int keep_run(struct call *call, void *arg)
{
	struct sns_signer_record *record = arg;
	struct str key = signer_key(call->arena);
	if (txn_exists(call->txn, key))
		return read_run(call, arg);
	call_put_record(call, key, &sns_signer_record_shape, record);
	return 0;
}

static int load(struct call *call, struct sns *sns)
{
	struct making m = { .arena = call->arena };
	unsigned char digest[SHA256_BYTES];
	char hex[2 * 16 + 1];
	if (call_read(call, read_run, &m.record) < 0)
		return -1;
	if (!m.record.key.n) {
		loop_work(make, &m);
		if (m.r < 0)
			return fail(call, &aws_internal_failure, "The signing key can't be made.");
		if (call_write(call, keep_run, &m.record) < 0)
			return -1;
	}
	const unsigned char *p = (const unsigned char *)m.record.key.p;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &p, (long)m.record.key.n);
	if (!key)
		return fail(call, &aws_internal_failure, "The signing key can't be read.");
	sha256(m.record.certificate, digest);
	hex_encode(digest, 16, hex);
	snprintf(sns->certificate_name, sizeof sns->certificate_name,
		"SimpleNotificationService-%s.pem", hex);
	sns->certificate = (struct str){ xstrndup(m.record.certificate.p, m.record.certificate.n),
		m.record.certificate.n };
	sns->key = key;
	return 0;
}

int signer_ready(struct call *call)
{
	struct sns *sns = sns_state(call->aws);
	while (sns->is_making)
		waitq_wait(&sns->made, -1);
	if (sns->key)
		return 0;
	sns->is_making = true;
	int r = load(call, sns);
	sns->is_making = false;
	waitq_wake_all(&sns->made);
	return r;
}

/* ---- signing ---- */

struct signing {
	EVP_PKEY *key;
	const EVP_MD *digest;
	struct str text;
	unsigned char bytes[SIGNATURE_BYTES_MAX];
	size_t n;
};

static void sign(void *arg)
{
	struct signing *s = arg;
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	s->n = sizeof s->bytes;
	int ok = c && EVP_DigestSignInit(c, NULL, s->digest, NULL, s->key) == 1 &&
		 EVP_DigestSign(c, s->bytes, &s->n, (const unsigned char *)s->text.p, s->text.n) ==
			 1;
	assert(ok);
	EVP_MD_CTX_free(c);
}

struct str signer_sign(struct call *call, struct str version, struct str text)
{
	struct signing s = { .key = sns_state(call->aws)->key,
		.digest = str_is(version, "2") ? EVP_sha256() : EVP_sha1(),
		.text = text };
	assert(s.key);
	loop_work(sign, &s);
	return base64_encode(call->arena, (struct str){ (const char *)s.bytes, s.n });
}

struct str signer_cert_url_at(struct call *call, struct str base_url)
{
	struct str parts[] = { base_url, STR("/"), str_c(sns_state(call->aws)->certificate_name) };
	return arena_concat(call->arena, parts, COUNT_OF(parts));
}

struct str signer_cert_url(struct call *call)
{
	return signer_cert_url_at(call, call_base_url(call));
}

void publication_sign(
	struct call *call, const struct topic *t, struct publication *p, struct str protocol)
{
	struct str text = publication_text(p, protocol);
	for (size_t i = 0; i < p->text_count; i++)
		if (str_eq(p->texts[i].text, text))
			return;
	assert(p->text_count < SIGNED_TEXTS_MAX);
	bool has_subject = p->in.subject.n > 0;
	struct str parts[] = { STR("Message\n"), text, STR("\nMessageId\n"), p->id,
		has_subject ? STR("\nSubject\n") : STR(""), has_subject ? p->in.subject : STR(""),
		STR("\nTimestamp\n"), p->timestamp, STR("\nTopicArn\n"),
		topic_arn(call->arena, &t->n), STR("\nType\nNotification\n") };
	struct str whole = arena_concat(call->arena, parts, COUNT_OF(parts));
	p->texts[p->text_count++] =
		(struct signed_text){ text, signer_sign(call, signature_version(t), whole) };
}
