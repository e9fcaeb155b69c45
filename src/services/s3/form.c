/* Forms that carry a file, read as they come. */
#include "services/s3/form.h"

static int malformed(struct form *f)
{
	return fail(f->call, &s3_malformed_post_request,
		"The body of your POST request is not well-formed multipart/form-data.");
}

/* The header's text up to the next semicolon that is not within quotes. */
static struct str cut_parameter(struct str *header)
{
	bool is_quoted = false;
	size_t i = 0;
	while (i < header->n && (is_quoted || header->p[i] != ';'))
		is_quoted ^= header->p[i++] == '"';
	struct str item = str_trim(str_sub(*header, 0, i));
	*header = str_from(*header, MIN(i + 1, header->n));
	return item;
}

/* A parameter of a header: name="value" or name=value. A quote in a value is sent as %22 (WHATWG
 * HTML, "Multipart form data"). */
static struct str parameter(struct str header, struct str name)
{
	while (header.n) {
		struct str item = cut_parameter(&header);
		ssize_t equals = str_index(item, '=');
		if (equals < 0 || !str_eq_ci(str_sub(item, 0, (size_t)equals), name))
			continue;
		item = str_from(item, (size_t)equals + 1);
		if (item.n >= 2 && item.p[0] == '"' && item.p[item.n - 1] == '"')
			item = str_sub(item, 1, item.n - 2);
		return item;
	}
	return (struct str){ 0 };
}

struct str form_get(const struct form *f, struct str name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq_ci(f->fields[i].name, name))
			return f->fields[i].value;
	return (struct str){ 0 };
}

/* One more part of the body: 0, or -1; its end is one, for the form has not ended. */
static int fill(struct form *f)
{
	struct str part;
	int r = f->next(f->call, &part);
	if (r > 0)
		buf_str(&f->pending, part);
	return r > 0 ? 0 : r < 0 ? -1 : malformed(f);
}

/* Where the text is in what is pending, which grows up to the limit of the fields. */
static int find(struct form *f, struct str text, size_t *at)
{
	ssize_t found;
	while ((found = str_find(buf_view(&f->pending), text)) < 0) {
		if (f->pending.n > S3_FORM_FIELD_BYTES_MAX)
			return fail(f->call, &s3_max_post_pre_data_length_exceeded_error,
				"Your POST request fields preceding the upload file were too large.");
		if (fill(f) < 0)
			return -1;
	}
	*at = (size_t)found;
	return 0;
}

/* The headers of a part: the field's name, and the file's. */
static int read_headers(struct form *f, struct str *name)
{
	size_t end;
	struct str line, rest;
	*name = (struct str){ 0 };
	if (find(f, STR("\r\n\r\n"), &end) < 0)
		return -1;
	rest = arena_str(f->call->arena, str_sub(buf_view(&f->pending), 0, end));
	while (str_cut(&rest, '\n', &line)) {
		line = str_trim(line);
		if (str_starts_ci(line, STR("content-disposition:"))) {
			*name = parameter(line, STR("name"));
			f->file_name = parameter(line, STR("filename"));
		}
	}
	buf_consume(&f->pending, end + 4);
	return name->n ? 0 : malformed(f);
}

static int read_field(struct form *f, struct str name, size_t *total)
{
	size_t end;
	if (find(f, f->delimiter, &end) < 0)
		return -1;
	/* Of two fields of one name, a policy would have looked at one only. */
	if (form_get(f, name).p)
		return s3_invalid(f->call, "name", name, "A field of the form is there twice.");
	*total += name.n + end;
	if (*total > S3_FORM_FIELD_BYTES_MAX || f->n == S3_FORM_FIELDS_MAX)
		return fail(f->call, &s3_max_post_pre_data_length_exceeded_error,
			"Your POST request fields preceding the upload file were too large.");
	f->fields[f->n++] = (struct form_field){ .name = name,
		.value = arena_str(f->call->arena, str_sub(buf_view(&f->pending), 0, end)) };
	buf_consume(&f->pending, end + f->delimiter.n);
	return 0;
}

int form_begin(struct call *call, form_next_fn *next, struct str content_type, struct form *f)
{
	struct str boundary = parameter(content_type, STR("boundary")), name;
	size_t at, total = 0;
	*f = (struct form){ .call = call, .next = next };
	if (!str_starts_ci(content_type, STR("multipart/form-data")))
		return fail(call, &s3_precondition_failed,
			"Bucket POST must be of the enclosure-type multipart/form-data");
	if (boundary.n == 0 || boundary.n > 70)
		return malformed(f);
	f->delimiter = arena_concat(call->arena, (struct str[]){ STR("\r\n--"), boundary }, 2);
	/* The first one has no line before it. */
	buf_cat(&f->pending, "\r\n");
	if (find(f, f->delimiter, &at) < 0)
		return -1;
	buf_consume(&f->pending, at + f->delimiter.n);
	for (;;) {
		while (f->pending.n < 2)
			if (fill(f) < 0)
				return -1;
		if (str_starts(buf_view(&f->pending), STR("--")))
			return fail(call, &s3_invalid_argument,
				"POST requires exactly one file upload per request.");
		if (read_headers(f, &name) < 0)
			return -1;
		if (str_eq_ci(name, STR("file")))
			return 0;
		if (read_field(f, name, &total) < 0)
			return -1;
	}
}

/* What stands after the file is not looked at; but only at its end is the body known to be the one
 * that was signed. */
static int drain(struct form *f)
{
	struct str part;
	size_t n = f->pending.n;
	int r;
	while ((r = f->next(f->call, &part)) > 0) {
		n += part.n;
		if (n > S3_FORM_FIELD_BYTES_MAX)
			return malformed(f);
	}
	return r;
}

int form_read_file(struct form *f, form_write_fn *write, void *to)
{
	for (;;) {
		struct str view = buf_view(&f->pending);
		ssize_t end = str_find(view, f->delimiter);
		if (end >= 0) {
			if (write(to, str_sub(view, 0, (size_t)end)) < 0)
				return -1;
			buf_consume(&f->pending, (size_t)end + f->delimiter.n);
			return drain(f);
		}
		/* What may be the beginning of the delimiter waits for the rest. */
		if (view.n >= f->delimiter.n) {
			size_t n = view.n - (f->delimiter.n - 1);
			if (write(to, str_sub(view, 0, n)) < 0)
				return -1;
			buf_consume(&f->pending, n);
		}
		if (fill(f) < 0)
			return -1;
	}
}

void form_fini(struct form *f)
{
	buf_fini(&f->pending);
}
