/*
 * Boxes: isolated processes. bubblewrap makes the namespaces, our shim finishes the box and execs
 * the program; cgroups limit it, libseccomp filters its calls. A box is made before it is needed
 * and started later.
 */
#ifndef SAMOVAR_SANDBOX_BOX_H
#define SAMOVAR_SANDBOX_BOX_H

#include "base/common.h"
#include "base/str.h"

struct sandbox;
struct box;

enum sandbox_mode {
	SANDBOX_AUTO,   /* the best that the machine allows; what is missing is said once */
	SANDBOX_STRICT, /* refuse to run functions unless everything is there; no host loopback for
			   functions */
};

/*
 * Begins to find out what this machine allows, on the loop's thread, and returns at once;
 * box_create waits for the result. run_dir is a folder of the sandbox's own (made; emptied of
 * leftovers), on a file system that programs may be run from.
 */
int sandbox_open(const char *run_dir, enum sandbox_mode mode, struct sandbox **out) MUSTCHECK;
/* Ends all boxes, without their on_exit; no box of it may be used afterwards. In a fiber, while the
 * loop runs. */
void sandbox_close(struct sandbox *sandbox);
/*
 * Waits, in a fiber, until that is known: 0; -EPERM when the mode is strict and something is
 * missing; another error when no box can be made at all. The summary says why.
 */
int sandbox_wait(struct sandbox *sandbox) MUSTCHECK;
/* One line: "sandbox: full (user namespaces, cgroup v1 ...)" or "sandbox: DEGRADED - no ... (why)".
 */
const char *sandbox_summary(const struct sandbox *sandbox);
/* Boxes have no namespaces: see "Degraded boxes" below. */
bool sandbox_is_degraded(const struct sandbox *sandbox);

enum {
	BOX_RUNTIME_API,
	BOX_ENDPOINT,
	BOX_OWN_PORT, /* the same as BOX_ENDPOINT; -EBADF where it could not be, or is one of the
			 others */
	BOX_LISTENERS
}; /* 127.0.0.1:9001, 127.0.0.1:4566 and the server's own port inside the box */

struct box_limits {
	uint64_t memory_bytes; /* of all its processes */
	uint64_t tmp_bytes;    /* of /tmp */
	unsigned pids_max;     /* processes and threads; AWS: 1024 */
	unsigned cpu_millis;   /* of a CPU, in thousandths; 1769 MB make 1000 */
};

/* What the box's program does, as it happens; on the loop's own stack. The box outlives each call.
 */
struct box_events {
	/* A piece of stdout (1) or stderr (2), as it was written: not cut into lines. */
	void (*on_output)(void *arg, int stream, struct str bytes);
	/* The program and all in the box have ended. signal is 0 for an exit; out_of_memory: a
	 * limit killed it. */
	void (*on_exit)(void *arg, int exit_code, int signal, bool out_of_memory);
	void *arg;
};

/*
 * Makes a box and waits, in the calling fiber, until it stands. boot_argv, if not NULL, is a
 * runtime that is booted in it at once, before any code is known: it reads the start message (see
 * box_start) from descriptor 3. runtime_dir is mounted at /var/runtime, or NULL.
 */
struct box_spec {
	const char *const
		*boot_argv; /* NULL-terminated; the first is an absolute path inside the box */
	const char *runtime_dir;
	unsigned own_port;               /* the server's, so that its URLs work inside; or 0 */
	const struct box_limits *limits; /* for booting; box_start sets the function's own */
	struct box_events events;
	/* Host folders that are read-only in the box at the same paths (an interpreter outside
	 * /usr); or NULL. */
	const char *const *ro_binds;
};
int box_create(struct sandbox *sandbox, const struct box_spec *spec, struct box **out) MUSTCHECK;

/*
 * Degraded boxes: where the kernel allows no namespaces, a box is a process under Landlock, seccomp
 * and rlimits that sees the host's paths, network and /tmp. Its program is started (and a boot_argv
 * booted) by box_start only, and its listeners stand on random ports of the host's loopback. In
 * boot_argv, argv and env the paths /var/task, /opt and /var/runtime, and 127.0.0.1:9001 and :4566
 * (or localhost:), are therefore replaced by what stands for them; a runtime must take them from
 * its arguments and environment (LAMBDA_TASK_ROOT, AWS_LAMBDA_RUNTIME_API ...).
 *
 * As root each box has a user of its own, so code, layers and runtimes must be readable by all.
 */

/* The listening socket inside the box's own network, for http_server_listen_fd; the caller's from
 * now on. */
int box_take_listener(struct box *box, int which) MUSTCHECK;

/*
 * Gives the box its code and lets it begin, in the calling fiber: mounts code_dir at /var/task and
 * layers_dir (or NULL) at /opt, sets the limits, and sends the start message. With a booted
 * runtime, that reads it from descriptor 3; without, the shim does, and execs argv. The message:
 * each text followed by a NUL: the count of arguments, the arguments, the count of variables, the
 * variables ("NAME=value"); then the end of the file.
 */
struct box_start {
	const char *code_dir, *layers_dir;    /* host paths, read-only in the box */
	const char *const *argv, *const *env; /* NULL-terminated */
	struct box_limits limits;
};
int box_start(struct box *box, const struct box_start *start) MUSTCHECK;

/* Stops and continues all its processes (the cgroup's freezer, else SIGSTOP). */
int box_freeze(struct box *box);
int box_thaw(struct box *box);

struct box_usage {
	uint64_t memory_peak_bytes; /* since box_start */
	uint64_t cpu_ns;
};
void box_usage(struct box *box, struct box_usage *out);

/* Ends all its processes at once; on_exit follows. */
void box_kill(struct box *box);
/* After on_exit (or a failed start): frees it and removes what it left on the host. */
void box_destroy(struct box *box);

#endif
