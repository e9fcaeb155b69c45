/* What sandbox.c, box.c and their helpers share. */
#ifndef SAMOVAR_SANDBOX_INTERNAL_H
#define SAMOVAR_SANDBOX_INTERNAL_H

#include "base/list.h"
#include "loop/loop.h"
#include "sandbox/box.h"
#include "sandbox/cgroup.h"
#include "sandbox/shim.h"

struct sandbox {
	struct loop *loop;
	enum sandbox_mode mode;
	char *run_dir, *shim; /* the shim's file in run_dir */
	char *bwrap, *pasta;  /* NULL: not there */
	struct cgroups groups;
	int seccomp_fd;
	bool root, degraded, decided;
	bool egress;           /* pasta works */
	char no_egress[100];   /* or why not */
	char *closed_networks; /* texts, each with its NUL */
	size_t closed_bytes;
	uint32_t closed_count;
	int egress_log; /* pasta's stderr: a file in run_dir */
	int error;      /* why no box can be made; once decided */
	char why[200];  /* what the first obstacle was */
	char summary[512];
	struct waitq deciding;

	int keeper_fd;
	pid_t keeper_pid;
	bool keeper_alive, keeper_greeted;
	struct keeper_reply hello;
	uv_poll_t *keeper_poll; /* on the heap: it is closed later than the sandbox */

	struct list boxes, leftovers; /* leftovers: groups of boxes that are not empty yet */
	struct list ended; /* boxes that were destroyed, of which the keeper has yet to say that
			      they have gone */
	uint64_t next_id;
	struct box_cgroup
		spare; /* of the next box, with a process that waits in it; id 0: there is none */
	struct loop_timer watch;
	bool watching, closing, closed, in_fiber;
	char output[BOX_OUTPUT_BYTES];
};

struct box {
	struct sandbox *sandbox;
	struct list link;
	uint64_t id;
	struct box_events events;
	struct box_limits limits;
	struct waitq waiters;
	struct box_cgroup cgroup;
	char **boot_argv, **ro_binds; /* degraded: kept for box_start */
	char *runtime_dir;

	int socket; /* to the shim */
	int listeners[BOX_LISTENERS];
	uint16_t ports[BOX_LISTENERS];
	pid_t pid, program; /* the one that the keeper forked; the one inside */
	int pidfd, program_pidfd;
	int egress_pidfd; /* of its pasta */
	uint64_t egress_sent_ms;
	bool egress_sent, egress_answered, egress_stands;
	bool from_spare;
	bool spawn_sent, spawned, standing, mounted, started, frozen;
	bool exited, finished, created, killed, destroyed, out_of_memory;
	int spawn_error, mount_error, status;
	uint64_t cpu_us, peak_seen;
	uv_poll_t socket_poll;
	uv_pipe_t streams[2];
	struct loop_timer drain;
	bool streams_open[2], socket_polled;
	int handles;     /* that libuv has not closed yet */
	char error[200]; /* the first words on stderr of a box that does not stand */
};

/* A request to the keeper; in a fiber. texts: each with its NUL. */
int keeper_send(struct sandbox *s, const struct keeper_request *head, struct str texts,
	const int *fds, int count) MUSTCHECK;
int keeper_start(struct sandbox *s) MUSTCHECK;
/* What the keeper has to say of a box. */
void box_on_reply(struct box *box, const struct keeper_reply *reply, int fd);
/* box_create without waiting for the sandbox's verdict. */
int box_make(struct sandbox *s, const struct box_spec *spec, struct box **out) MUSTCHECK;
/* Forgets the groups that wait to be removed. */
void box_drop_leftovers(struct sandbox *s);
/* The keeper has gone: nothing more will be heard of the box, which was destroyed. */
void box_forget(struct box *box);
/* Looks at the running boxes' memory. */
void box_watch(void *sandbox);

/* egress.c: asks for the box's way out, and waits for nothing. */
int egress_begin(struct box *box) MUSTCHECK;
void egress_on_reply(struct box *box, const struct keeper_reply *reply, int fd);
/* Until it stands, which takes some 20 ms from the box's making; not longer than EGRESS_WAIT_MS. In
 * a fiber. */
void egress_wait(struct box *box);
void egress_signal(struct box *box, int sig);
void egress_end(struct box *box);
/* Tries it with a box that stands, and keeps the result. */
bool egress_try(struct sandbox *s, struct box *box);
/* What is closed to functions. */
int egress_prepare(struct sandbox *s) MUSTCHECK;
void egress_fini(struct sandbox *s);

/* profile.c: adds the arguments (each with its NUL) that make a box, and their number to *count. */
void profile_bwrap(
	const struct sandbox *s, const struct box_spec *spec, struct buf *out, uint32_t *count);
void profile_solo(const struct sandbox *s, const struct box *box, const struct box_start *start,
	struct buf *out, uint32_t *count);
/* The address in the box at which its names are looked up, where there is a way out. */
#define EGRESS_GATEWAY "198.18.0.1"
#define EGRESS_ADDRESS "198.18.0.2"
/* The users' and names' files that boxes see as /etc. */
int profile_prepare(const struct sandbox *s) MUSTCHECK;
/* Whether a user other than the owner could reach the path. */
bool profile_is_public(const char *path);
/* text with what stands for the box's paths and ports where it has no namespaces. */
void profile_rewrite(
	const struct box *box, const struct box_start *start, const char *text, struct buf *out);
/* The host's user of this box, where we may choose one. */
uint32_t profile_uid(const struct box *box);
void profile_text(struct buf *out, uint32_t *count, const char *text);

/* tree.c: the processes below (and with) the first, at most max; returns their number. */
size_t tree_list(pid_t first, pid_t *out, size_t max);
void tree_signal(pid_t first, int sig);
/* Sums of their private memory and of their time. */
void tree_usage(pid_t first, uint64_t *memory_bytes, uint64_t *cpu_ns);

#endif
