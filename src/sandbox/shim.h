/* What the server, its keeper (which starts the boxes) and the shim inside each box say to each
 * other. */
#ifndef SAMOVAR_SANDBOX_SHIM_H
#define SAMOVAR_SANDBOX_SHIM_H

#include "sandbox/limits.h"
#include <stddef.h>
#include <stdint.h>

/*
 * One static program is both: "keeper" runs beside the server and forks the boxes (it is small, so
 * its forks are cheap, and it owns the mount namespace that boxes are made in); "init" is a box's
 * first program.
 */

enum { SHIM_API_PORT = 9001, SHIM_ENDPOINT_PORT = 4566 };
/* The descriptors a box starts with. The socket carries the listeners out, then the start message
 * in. */
enum { SHIM_SOCKET_FD = 3, SHIM_SECCOMP_FD = 4, SHIM_ARGS_FD = 5 };
/* Where the shim stands in a box; AWS has its own init there. */
#define SHIM_PATH "/var/rapid/init"

/* Arguments of EGRESS's program in whose place the keeper puts paths of the box's namespaces. */
#define EGRESS_NETWORK "@network"
#define EGRESS_USER "@user"

enum keeper_op {
	KEEPER_HELLO,  /* reply only, once: error is 0 if boxes can have namespaces */
	KEEPER_SPAWN,  /* descriptors: socket, stdout, stderr, seccomp filter. Reply carries a pidfd
			*/
	KEEPER_MOUNT,  /* descriptor: pidfd of the box's program. texts: code, layers or "" */
	KEEPER_EGRESS, /* args: networks to close; argv: pasta's; descriptor: its log. Reply as for
			  SPAWN */
	KEEPER_SPARE,  /* texts: the groups of the next box, to be entered beforehand. No reply */
	KEEPER_EXITED, /* reply only: status is wait4's */
};

enum {
	KEEPER_FROM_SPARE =
		2, /* the process that KEEPER_SPARE made is to be the box's first, if it is there */
	KEEPER_ARGS_BY_FD = 1, /* the first args_count texts go to the program by SHIM_ARGS_FD
				  (bwrap's --args) */
};

/* One SEQPACKET message each way. The texts, each with its NUL, follow the request. */
struct keeper_request {
	uint64_t cookie; /* comes back in the reply */
	uint32_t op, flags;
	uint32_t uid, gid;    /* 0: the keeper's own */
	uint32_t procs_count; /* texts: that many cgroup.procs files, */
	uint32_t args_count;  /* then that many arguments ('@': a host path) or networks, */
	uint32_t argv_count;  /* then the program's argv */
	int32_t pid;          /* MOUNT, EGRESS: of the box's program */
	uint64_t tmp_bytes;   /* MOUNT: new size of /tmp, or 0 */
};

struct keeper_reply {
	uint64_t cookie;
	uint32_t op;
	int32_t error; /* 0 or -errno */
	int32_t pid, status;
	uint64_t cpu_us;
	char step[32]; /* what failed */
};

/* Ends the calling process's children, also those that the end of their parents made its own. */
void shim_kill_children(void);
/* The network namespace of the process, and the user namespace that owns it. */
int shim_network_of(int pid, int fds[2]);
/* Closes the way to networks ("10.0.0.0/8") in a network namespace. */
int shim_close_routes(int network, char **routes, size_t count);
int keeper_main(int argc, char **argv);
/* Restricts the calling process to reading `read_only` and writing `writable` (NULL-terminated
 * paths). */
int shim_landlock(char *const *read_only, char *const *writable);

#endif
