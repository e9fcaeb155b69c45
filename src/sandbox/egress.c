/*
 * A box's way to the internet: one pasta process beside it, which carries what the box sends
 * through the host's sockets, without privileges. Link-local addresses (metadata services) are
 * closed always; in strict mode so are private networks, the host's own addresses and its loopback.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "sandbox/internal.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TRIAL_MS = 200 };
#define GATEWAY_HEX "010012C6" /* as /proc/net/route has it */

static const char *const closed_always[] = { "169.254.0.0/16" };
/* RFC 1918, RFC 6598 and RFC 2544; pasta's own two addresses are nearer than the last. */
static const char *const closed_strict[] = { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
	"100.64.0.0/10", "198.18.0.0/15" };

int egress_prepare(struct sandbox *s)
{
	struct buf b = { 0 };
	struct ifaddrs *all = NULL;
	for (size_t i = 0; i < COUNT_OF(closed_always); i++)
		profile_text(&b, &s->closed_count, closed_always[i]);
	for (size_t i = 0; s->mode == SANDBOX_STRICT && i < COUNT_OF(closed_strict); i++)
		profile_text(&b, &s->closed_count, closed_strict[i]);
	if (s->mode == SANDBOX_STRICT && getifaddrs(&all) == 0) {
		for (struct ifaddrs *a = all; a; a = a->ifa_next) {
			char text[INET_ADDRSTRLEN];
			if (!a->ifa_addr || a->ifa_addr->sa_family != AF_INET ||
				a->ifa_flags & IFF_LOOPBACK)
				continue;
			const struct sockaddr_in *in = (const struct sockaddr_in *)a->ifa_addr;
			if (inet_ntop(AF_INET, &in->sin_addr, text, sizeof text))
				profile_text(&b, &s->closed_count, text);
		}
		freeifaddrs(all);
	}
	s->closed_networks = b.p;
	s->closed_bytes = b.n;
	char *path = xasprintf("%s/egress.log", s->run_dir);
	s->egress_log = open(path, O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
	free(path);
	return s->egress_log < 0 ? -errno : 0;
}

void egress_fini(struct sandbox *s)
{
	free(s->closed_networks);
	s->closed_networks = NULL;
}

int egress_begin(struct box *box)
{
	struct sandbox *s = box->sandbox;
	const char *loopback = s->mode == SANDBOX_STRICT ? "none" : "auto";
	const char *const argv[] = { s->pasta, "--foreground", "--quiet", "--config-net", "-4",
		"--no-map-gw", "-a", EGRESS_ADDRESS, "-n", "30", "-g", EGRESS_GATEWAY,
		"--dns-forward", EGRESS_GATEWAY, "-t", "none", "-u", "none", "-T", loopback, "-U",
		"none", "--netns", EGRESS_NETWORK, "--userns", EGRESS_USER };
	struct keeper_request head = {
		.cookie = (uintptr_t)box, .op = KEEPER_EGRESS, .pid = box->program
	};
	struct buf texts = { 0 };
	if (s->root)
		head.uid = head.gid = profile_uid(box);
	head.args_count = s->closed_count;
	buf_append(&texts, s->closed_networks, s->closed_bytes);
	for (size_t i = 0; i < COUNT_OF(argv); i++)
		profile_text(&texts, &head.argv_count, argv[i]);
	int r = keeper_send(s, &head, buf_view(&texts), &s->egress_log, 1);
	box->egress_sent = r == 0;
	box->egress_sent_ms = clock_mono_ms();
	buf_fini(&texts);
	return r;
}

void egress_on_reply(struct box *box, const struct keeper_reply *r, int fd)
{
	box->egress_answered = true;
	box->egress_pidfd = fd;
	if (r->error < 0)
		log_debug("sandbox: a box's way out: %s", strerror(-r->error));
	if (box->destroyed || box->exited)
		egress_end(box);
	waitq_wake_all(&box->waiters);
}

static bool has_ended(const struct box *box)
{
	struct pollfd p = { .fd = box->egress_pidfd, .events = POLLIN };
	return box->egress_answered && (p.fd < 0 || poll(&p, 1, 0) != 0);
}

/* Whether the box's network has a default route: a line of /proc/net/route whose destination is
 * zero. */
static bool has_route(const struct box *box)
{
	char path[64], text[4096];
	snprintf(path, sizeof path, "/proc/%d/net/route", (int)box->program);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	return strstr(text, "\t00000000\t" GATEWAY_HEX) != NULL;
}

void egress_wait(struct box *box)
{
	if (!box->egress_sent || box->egress_stands)
		return;
	while (!(box->egress_stands = has_route(box))) {
		if (has_ended(box) || box->exited ||
			clock_mono_ms() - box->egress_sent_ms > EGRESS_WAIT_MS)
			return;
		fiber_sleep(1);
	}
}

void egress_signal(struct box *box, int sig)
{
	if (box->egress_pidfd >= 0)
		syscall(SYS_pidfd_send_signal, box->egress_pidfd, sig, NULL, 0);
}

void egress_end(struct box *box)
{
	egress_signal(box, SIGKILL);
	if (box->egress_pidfd >= 0)
		close(box->egress_pidfd);
	box->egress_pidfd = -1;
}

/* The last line that pasta wrote. */
static void read_reason(struct sandbox *s)
{
	char text[2048];
	ssize_t n = pread(s->egress_log, text, sizeof text, 0);
	struct str all = str_trim((struct str){ text, n > 0 ? (size_t)n : 0 });
	struct str line = all, rest = all;
	for (struct str part; str_cut(&rest, '\n', &part);)
		if (part.n > 0 && str_find(part, STR("syslog")) < 0)
			line = part;
	snprintf(s->no_egress, sizeof s->no_egress, "pasta: %.*s", STR_ARG(line));
}

bool egress_try(struct sandbox *s, struct box *box)
{
	int r = egress_begin(box);
	while (r == 0 && !box->egress_answered)
		r = waitq_wait(&box->waiters, 1000);
	if (s->closing)
		return false;
	waitq_wait(&s->deciding, TRIAL_MS);
	if (s->closing)
		return false;
	if (r == 0 && !has_ended(box))
		return true; /* it lives: had anything failed it would have ended */
	read_reason(s);
	return false;
}
