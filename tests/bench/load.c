/*
 * load PORT CONNECTIONS SECONDS REQUEST-FILE [KEYS [NEXT-FILE ...]]: sends the same HTTP request over keep-alive connections,
 * each waiting for its answer before the next, and prints "requests errors rate p50_us p90_us p99_us max_us" of the time
 * after a warm-up of a tenth. In each request every run of eight @ becomes a number of eight digits, at random below KEYS (1
 * unless given; the runs of one request follow each other). Answers need a Content-Length or chunked framing; another status
 * than 2xx is an error.
 *
 * With next files each connection sends them in turn. In these @HANDLE@ becomes the ReceiptHandle of the answer before, with
 * a Content-Length that fits; an answer without one ends the run. What is counted then is the answers that have one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_BYTES_MAX = 1 << 20, CONNECTIONS_MAX = 1024, LATENCIES_MAX = 1 << 24, KEY_DIGITS = 8, PLACES_MAX = 128,
	REQUESTS_MAX = 4 };

struct connection {
	int fd;
	size_t turn; /* which request it sends */
	char *answer;
	size_t n;
	uint64_t sent_ns;
};

struct request {
	char *text;
	size_t n, places[PLACES_MAX], place_count;
	char *body, *handle; /* handle: where @HANDLE@ stands in the body, or NULL */
};

static const char handle_mark[] = "@HANDLE@", handle_name[] = "\"ReceiptHandle\"";
static struct request requests[REQUESTS_MAX];
static size_t request_count;
static bool ended;
static uint64_t keys = 1, random_state = 88172645463325252u;
static struct connection connections[CONNECTIONS_MAX];
static uint32_t *latencies_ns; /* capped at 4 s */
static size_t latency_count, errors;
static int port;

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* xorshift64 */
static uint64_t random_below(uint64_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % n;
}

static void find_places(struct request *r)
{
	for (size_t i = 0; i + KEY_DIGITS <= r->n && r->place_count < PLACES_MAX; i++)
		if (memcmp(r->text + i, "@@@@@@@@", KEY_DIGITS) == 0) {
			r->places[r->place_count++] = i;
			i += KEY_DIGITS - 1;
		}
	r->handle = memmem(r->text, r->n, handle_mark, sizeof handle_mark - 1);
	r->body = memmem(r->text, r->n, "\r\n\r\n", 4);
}

static void fill_places(struct request *r)
{
	uint64_t key = r->place_count ? random_below(keys) : 0;
	for (size_t i = 0; i < r->place_count; i++) {
		uint64_t left = (key + i) % keys;
		for (int digit = KEY_DIGITS - 1; digit >= 0; digit--, left /= 10)
			r->text[r->places[i] + (size_t)digit] = (char)('0' + left % 10);
	}
}

/* The request with the handle that the last answer has: its head has no Content-Length. */
static size_t with_handle(const struct connection *c, const struct request *r, char *out, size_t max)
{
	const char *handle = strstr(c->answer, handle_name), *body = r->body + 4, *after = r->handle + sizeof handle_mark - 1;
	handle = handle ? strchr(handle + sizeof handle_name - 1, '"') : NULL; /* behind the colon */
	const char *end = handle ? strchr(++handle, '"') : NULL;
	if (!end)
		return 0;
	int bytes = (int)(end - handle), before = (int)(r->handle - body), rest = (int)(r->text + r->n - after);
	int n = snprintf(out, max, "%.*s\r\nContent-Length: %d\r\n\r\n%.*s%.*s%.*s", (int)(r->body - r->text), r->text,
		before + bytes + rest, before, body, bytes, handle, rest, after);
	return n > 0 && (size_t)n < max ? (size_t)n : 0;
}

static void send_request(struct connection *c)
{
	static char filled[64 << 10];
	struct request *r = &requests[c->turn];
	const char *request = r->text;
	size_t request_bytes = r->n, done = 0;
	fill_places(r);
	if (r->handle) {
		request = filled;
		request_bytes = with_handle(c, r, filled, sizeof filled);
		ended = ended || request_bytes == 0;
	}
	c->sent_ns = now_ns();
	c->n = 0;
	while (done < request_bytes) {
		ssize_t n = write(c->fd, request + done, request_bytes - done);
		if (n < 0 && errno != EAGAIN)
			die("write");
		done += n > 0 ? (size_t)n : 0;
	}
}

static void open_connection(struct connection *c, int epoll)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1;
	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0)
		die("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event) < 0)
		die("epoll_ctl");
	send_request(c);
}

/* Whether the answer is whole. */
static bool is_whole(struct connection *c)
{
	c->answer[c->n] = 0;
	char *end = strstr(c->answer, "\r\n\r\n"), *length;
	if (!end)
		return false;
	size_t head = (size_t)(end - c->answer) + 4;
	*end = 0;
	length = strcasestr(c->answer, "\r\ncontent-length:");
	bool is_chunked = strcasestr(c->answer, "\r\ntransfer-encoding: chunked") != NULL;
	*end = '\r';
	if (length)
		return c->n >= head + strtoul(length + 17, NULL, 10);
	return is_chunked && c->n >= 5 && memcmp(c->answer + c->n - 5, "0\r\n\r\n", 5) == 0;
}

static void take_answer(struct connection *c, uint64_t counted_from_ns)
{
	uint64_t now = now_ns(), took = now - c->sent_ns;
	bool counts = request_count == 1 || strstr(c->answer, handle_name);
	if (counts && c->sent_ns >= counted_from_ns && latency_count < LATENCIES_MAX)
		latencies_ns[latency_count++] = took > UINT32_MAX ? UINT32_MAX : (uint32_t)took;
	if (strncmp(c->answer, "HTTP/1.1 2", 10) != 0 && errors++ == 0)
		fprintf(stderr, "load: %.400s\n", c->answer);
	c->turn = (c->turn + 1) % request_count;
	send_request(c);
}

static void on_readable(struct connection *c, int epoll, uint64_t counted_from_ns)
{
	ssize_t n = read(c->fd, c->answer + c->n, ANSWER_BYTES_MAX - 1 - c->n);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		errors += c->n > 0; /* one that is closed between answers is opened again */
		close(c->fd);
		open_connection(c, epoll);
		return;
	}
	c->n += (size_t)n;
	if (is_whole(c))
		take_answer(c, counted_from_ns);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static double percentile_us(double p)
{
	return latency_count ? latencies_ns[(size_t)(p * (double)(latency_count - 1))] / 1000.0 : 0;
}

static void read_request(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct request *r = &requests[request_count++];
	if (!f)
		die(path);
	r->text = malloc(ANSWER_BYTES_MAX);
	r->n = fread(r->text, 1, ANSWER_BYTES_MAX, f);
	fclose(f);
	find_places(r);
}

int main(int argc, char **argv)
{
	if (argc < 5 || argc > 5 + REQUESTS_MAX) {
		fprintf(stderr, "usage: load PORT CONNECTIONS SECONDS REQUEST-FILE [KEYS [NEXT-FILE ...]]\n");
		return 2;
	}
	port = (int)strtol(argv[1], NULL, 10);
	long count = strtol(argv[2], NULL, 10);
	double seconds = strtod(argv[3], NULL);
	keys = argc > 5 ? strtoul(argv[5], NULL, 10) : 1;
	read_request(argv[4]);
	for (int i = 6; i < argc; i++)
		read_request(argv[i]);
	latencies_ns = malloc(sizeof *latencies_ns * LATENCIES_MAX);
	if (count < 1 || count > CONNECTIONS_MAX || seconds <= 0 || keys < 1 || !latencies_ns)
		return 2;
	int epoll = epoll_create1(0);
	uint64_t begun = now_ns(), length = (uint64_t)(seconds * 1e9), counted = begun + length / 10;
	for (long i = 0; i < count; i++) {
		connections[i].answer = malloc(ANSWER_BYTES_MAX);
		open_connection(&connections[i], epoll);
	}
	while (now_ns() - begun < length && !ended) {
		struct epoll_event events[256];
		int n = epoll_wait(epoll, events, 256, 1000);
		for (int i = 0; i < n; i++)
			on_readable(events[i].data.ptr, epoll, counted);
	}
	double counted_seconds = (double)(now_ns() - counted) / 1e9;
	qsort(latencies_ns, latency_count, sizeof *latencies_ns, by_size);
	printf("%zu %zu %.0f %.1f %.1f %.1f %.1f\n", latency_count, errors, (double)latency_count / counted_seconds,
		percentile_us(0.5), percentile_us(0.9), percentile_us(0.99), percentile_us(1));
	return errors > 0;
}
