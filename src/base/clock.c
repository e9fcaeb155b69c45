/* The time of day, elapsed time, and the text forms of timestamps. */
#include "base/clock.h"
#include <errno.h>
#include <stdio.h>
#include <time.h>

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
	"Oct", "Nov", "Dec" };
static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

int64_t clock_now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

uint64_t clock_mono_ns(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Broken-down UTC; times outside the years 0 to 9999 are clamped, so that every text has its width.
 */
static int split(int64_t ms, struct tm *tm)
{
	const int64_t first = -62167219200000, last = 253402300799999;
	ms = MAX(first, MIN(ms, last));
	time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
	gmtime_r(&seconds, tm);
	return (int)(ms - (int64_t)seconds * 1000);
}

#define FORMAT(out, ...) ((size_t)snprintf(out, CLOCK_TEXT_MAX, __VA_ARGS__))

size_t clock_format_iso(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	struct tm t;
	int fraction = split(ms, &t);
	char part[8] = "";
	if (fraction)
		snprintf(part, sizeof part, ".%03u", (unsigned)fraction % 1000u);
	return FORMAT(out, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", t.tm_year + 1900, t.tm_mon + 1,
		t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, part);
}

size_t clock_format_lambda(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	struct tm t;
	int fraction = split(ms, &t);
	return FORMAT(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03d+0000", t.tm_year + 1900,
		t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, fraction);
}

size_t clock_format_http(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	struct tm t;
	split(ms, &t);
	return FORMAT(out, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.tm_wday], t.tm_mday,
		months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

size_t clock_format_amz(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	struct tm t;
	split(ms, &t);
	return FORMAT(out, "%04d%02d%02dT%02d%02d%02dZ", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
		t.tm_hour, t.tm_min, t.tm_sec);
}

size_t clock_format_clf(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	struct tm t;
	split(ms, &t);
	return FORMAT(out, "%02d/%s/%04d:%02d:%02d:%02d +0000", t.tm_mday, months[t.tm_mon],
		t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

/* n digits at p as a number, or -1. */
static int digits(const char *p, size_t n)
{
	int value = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		value = value * 10 + (p[i] - '0');
	}
	return value;
}

static int join(int year, int month, int day, int hour, int minute, int second, int64_t *ms)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 ||
		minute > 59 || second < 0 || second > 60)
		return -EINVAL;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (day > length[month - 1] + (month == 2 && leap))
		return -EINVAL;
	struct tm t = { .tm_year = year - 1900,
		.tm_mon = month - 1,
		.tm_mday = day,
		.tm_hour = hour,
		.tm_min = minute,
		.tm_sec = second };
	*ms = (int64_t)timegm(&t) * 1000;
	return 0;
}

/* "Z", "+hh:mm" or "-hh:mm" in *ms to take off, or -EINVAL. */
static int parse_offset(struct str s, int64_t *ms)
{
	*ms = 0;
	if (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z'))
		return 0;
	if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':')
		return -EINVAL;
	int hours = digits(s.p + 1, 2), minutes = digits(s.p + 4, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return -EINVAL;
	*ms = (hours * 60 + minutes) * (s.p[0] == '-' ? -60000 : 60000);
	return 0;
}

int clock_parse_iso(struct str s, int64_t *ms)
{
	int64_t at, offset, fraction = 0;
	if (s.n < 20 || s.p[4] != '-' || s.p[7] != '-' || (s.p[10] | 0x20) != 't' ||
		s.p[13] != ':' || s.p[16] != ':')
		return -EINVAL;
	if (join(digits(s.p, 4), digits(s.p + 5, 2), digits(s.p + 8, 2), digits(s.p + 11, 2),
		    digits(s.p + 14, 2), digits(s.p + 17, 2), &at) < 0)
		return -EINVAL;
	size_t i = 19;
	if (s.p[i] == '.') {
		int64_t unit = 100;
		size_t start = ++i;
		for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, unit /= 10)
			fraction += (s.p[i] - '0') * unit;
		if (i == start)
			return -EINVAL;
	}
	if (parse_offset(str_from(s, i), &offset) < 0)
		return -EINVAL;
	*ms = at + fraction - offset;
	return 0;
}

int clock_parse_http(struct str s, int64_t *ms)
{
	if (s.n != 29 || !str_ends(s, STR(" GMT")) || s.p[3] != ',' || s.p[19] != ':' ||
		s.p[22] != ':')
		return -EINVAL;
	for (int month = 0; month < 12; month++)
		if (memcmp(s.p + 8, months[month], 3) == 0)
			return join(digits(s.p + 12, 4), month + 1, digits(s.p + 5, 2),
				digits(s.p + 17, 2), digits(s.p + 20, 2), digits(s.p + 23, 2), ms);
	return -EINVAL;
}

int clock_parse_amz(struct str s, int64_t *ms)
{
	if (s.n != 16 || s.p[8] != 'T' || s.p[15] != 'Z')
		return -EINVAL;
	return join(digits(s.p, 4), digits(s.p + 4, 2), digits(s.p + 6, 2), digits(s.p + 9, 2),
		digits(s.p + 11, 2), digits(s.p + 13, 2), ms);
}
