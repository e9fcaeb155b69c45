/*
 * Which service is meant: X-Amz-Target or the CBOR path first, then the service in the signature's
 * scope, then the host, then the path or Action and Version.
 */
#include "aws/resolve.h"
#include "aws/wire.h"

static const struct wire *rest_wire(const struct api_entry *e)
{
	if (e->api->protocols & PROTOCOL_REST_JSON)
		return &wire_rest_json;
	return e->api->protocols & PROTOCOL_REST_XML ? &wire_rest_xml : NULL;
}

/* Whether the entry has the operation, over the marked protocol or, if it has none of that, over
 * REST. */
static bool try_entry(struct request *r, const struct api_entry *e, const struct wire *marked)
{
	const struct wire *wire = marked;
	if (!wire || (!(e->api->protocols & wire->protocols) && marked == &wire_query))
		wire = rest_wire(e);
	r->entry = e;
	r->wire = wire ? wire : marked;
	r->operation = NULL;
	if (!r->wire) {
		r->wire = &wire_json;
		return false;
	}
	r->wire->find(r);
	/* CBOR is the way of the samovar command to every service
	 * (docs/adr/one-protocol-for-our-own-client.md). */
	if (r->wire != &wire_cbor && !(e->api->protocols & r->wire->protocols))
		r->operation = NULL;
	return r->operation != NULL;
}

/* Several APIs may sign by one name (SES v1 and v2): the one that has the operation, else the
 * first. */
static bool try_named(struct request *r, const struct wire *marked, struct str name,
	const char *(*name_of)(const struct api *))
{
	const struct aws_tables *t = aws_tables(r->aws);
	const struct api_entry *first = NULL;
	for (size_t i = 0; i < t->api_count; i++) {
		const char *own = name_of(t->apis[i].api);
		if (!own || !str_is(name, own))
			continue;
		if (!first)
			first = &t->apis[i];
		if (try_entry(r, &t->apis[i], marked))
			return true;
	}
	if (first)
		try_entry(r, first, marked);
	return first != NULL;
}

static const char *signing_name(const struct api *api)
{
	return api->signing_name;
}

static const char *endpoint_prefix(const struct api *api)
{
	return api->endpoint_prefix;
}

/* "GraniteServiceVersion20100801" of
 * /service/GraniteServiceVersion20100801/operation/PutMetricData. */
static struct str cbor_service(struct str path)
{
	ssize_t at = str_find(path, STR("/service/"));
	if (at < 0)
		return (struct str){ 0 };
	struct str rest = str_from(path, (size_t)at + 9), name = { 0 };
	str_cut(&rest, '/', &name);
	return name;
}

/* The service that the protocol's own mark names. */
static struct str marked_service(const struct request *r, const struct wire *marked)
{
	if (marked == &wire_cbor)
		return cbor_service(r->http->path);
	if (marked != &wire_json)
		return (struct str){ 0 };
	struct str target = http_header_get(&r->http->headers, STR("x-amz-target"));
	ssize_t dot = str_rindex(target, '.');
	return dot < 0 ? target : str_sub(target, 0, (size_t)dot);
}

/* The host's labels before the domain of AWS or of this machine: "lambda", "us-east-1". */
static size_t host_labels(const struct request *r, struct str labels[4])
{
	static const char *const domains[] = { ".amazonaws.com", ".amazonaws.com.cn", ".api.aws",
		".localhost.localstack.cloud", ".localhost" };
	struct str host = r->http->host;
	size_t n = 0;
	ssize_t colon = str_index(host, ':');
	if (colon >= 0)
		host.n = (size_t)colon;
	for (size_t i = 0; i < COUNT_OF(domains); i++) {
		if (!str_ends_ci(host, str_c(domains[i])))
			continue;
		host.n -= str_c(domains[i]).n;
		while (n < 4 && host.p && str_cut(&host, '.', &labels[n]))
			n++;
		break;
	}
	return n;
}

static bool ends_label(struct str *host, struct str label)
{
	if (!str_ends_ci(*host, label) || host->n <= label.n)
		return false;
	host->n -= label.n;
	return true;
}

/* Off the end: ".s3", ".s3.eu-west-1", ".s3-eu-west-1" and ".s3.dualstack.eu-west-1". */
static bool cut_s3(struct str *host)
{
	struct str left = *host;
	for (int labels = 0; labels < 3; labels++) {
		ssize_t dot = str_rindex(left, '.');
		if (dot <= 0)
			return false;
		struct str label = str_from(left, (size_t)dot + 1);
		left.n = (size_t)dot;
		if (str_eq_ci(label, STR("s3")) ||
			(str_starts_ci(label, STR("s3-")) &&
				!str_starts_ci(label, STR("s3-website")))) {
			*host = left;
			return true;
		}
	}
	return false;
}

/*
 * The bucket in the host's name (S3 User Guide, "Virtual hosting of general purpose buckets"), or p
 * == NULL. is_signed: the request is S3's by its signature; then bucket.localhost is a bucket, too.
 */
static struct str host_bucket(const struct request *r, bool is_signed)
{
	static const char *const domains[] = { ".amazonaws.com", ".amazonaws.com.cn",
		".localhost.localstack.cloud", ".localhost" };
	struct str host = r->http->host;
	ssize_t colon = str_index(host, ':');
	if (colon >= 0)
		host.n = (size_t)colon;
	for (size_t i = 0; i < COUNT_OF(domains); i++) {
		if (!ends_label(&host, str_c(domains[i])))
			continue;
		struct str whole = host;
		if (cut_s3(&host))
			return host;
		bool is_s3 = str_eq_ci(whole, STR("s3")) || str_starts_ci(whole, STR("s3.")) ||
			     str_starts_ci(whole, STR("s3-"));
		return is_signed && !is_s3 && i >= 2 ? whole : (struct str){ 0 };
	}
	return (struct str){ 0 };
}

/* Whether the request is S3's by its signature or its host, whatever else it looks like. */
static bool is_s3(struct request *r)
{
	bool is_signed = str_is(r->claim.service, "s3");
	struct str bucket =
		r->claim.service.n && !is_signed ? (struct str){ 0 } : host_bucket(r, is_signed);
	if (bucket.n)
		r->path = arena_concat(
			r->arena, (struct str[]){ STR("/"), bucket, r->http->path }, 3);
	return is_signed || bucket.n;
}

struct str resolve_host_region(const struct request *r)
{
	struct str labels[4];
	size_t n = host_labels(r, labels);
	return n >= 2 ? labels[n - 1] : (struct str){ 0 };
}

/* Nothing says which service: the one whose version and action, or whose path, it is. */
static bool try_all(struct request *r, const struct wire *marked)
{
	const struct aws_tables *t = aws_tables(r->aws);
	struct str version = { 0 };
	if (marked == &wire_query) {
		version = http_query_get(r->arena, r->body, STR("Version"));
		if (!version.p)
			version = http_query_get(r->arena, r->http->query, STR("Version"));
	}
	for (size_t i = 0; i < t->api_count; i++) {
		const struct api *api = t->apis[i].api;
		if (marked == &wire_query && version.p && api->version &&
			!str_is(version, api->version))
			continue;
		if (try_entry(r, &t->apis[i], marked))
			return true;
	}
	return false;
}

/* No service of ours: how to write the error, by what the request looks like. */
static void nothing(struct request *r, const struct wire *marked)
{
	static const char *const xml[] = { "s3", "route53", "cloudfront" };
	r->entry = NULL;
	r->operation = NULL;
	r->wire = marked ? marked : &wire_rest_json;
	for (size_t i = 0; !marked && i < COUNT_OF(xml); i++)
		if (str_is(r->service_name, xml[i]))
			r->wire = &wire_rest_xml;
	r->wire->find(r);
}

int resolve(struct request *r)
{
	struct str labels[4];
	/* An object may have any type and any query: they mark no protocol. */
	const struct wire *marked =
		is_s3(r) ? (wire_cbor.match(r) ? &wire_cbor : NULL) : wire_match(r);
	if (r->path.p != r->http->path.p && !marked &&
		try_named(r, NULL, STR("s3"), signing_name)) {
		r->service_name = STR("s3");
		return 0;
	}
	r->service_name = marked_service(r, marked);
	if (r->call.error.shape) {
		nothing(r, marked);
		return -1;
	}
	if (r->service_name.n) {
		const struct api_entry *e =
			map_get(&aws_tables(r->aws)->by_target, r->service_name);
		if (e)
			try_entry(r, e, marked);
		else
			nothing(r, marked);
		return 0;
	}
	if (r->claim.service.n) {
		r->service_name = r->claim.service;
		if (!try_named(r, marked, r->service_name, signing_name))
			nothing(r, marked);
		return 0;
	}
	if (host_labels(r, labels) && try_named(r, marked, labels[0], endpoint_prefix)) {
		r->service_name = labels[0];
		return 0;
	}
	if (!try_all(r, marked))
		nothing(r, marked);
	return 0;
}
