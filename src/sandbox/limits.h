/* Limits of the sandbox. */
#ifndef SAMOVAR_SANDBOX_LIMITS_H
#define SAMOVAR_SANDBOX_LIMITS_H

enum {
	BOX_NOFILE = 1024,             /* descriptors of a process, as on AWS */
	BOX_OUTPUT_BYTES = 64 * 1024,  /* read of stdout or stderr at once */
	BOX_START_BYTES_MAX = 1 << 20, /* of a start message */
	BOX_STAND_TIMEOUT_MS = 10000,  /* until a new box has its listeners */
	BOX_START_TIMEOUT_MS = 10000,  /* until code is mounted and the start message is taken */
	BOX_DRAIN_TIMEOUT_MS = 1000,   /* for the last output after the end */
	BOX_WATCH_MS = 100,            /* between looks at a running box's memory */
	BOX_TREE_MAX = 4096,           /* processes that a walk through a box looks at */
	EGRESS_WAIT_MS = 150, /* that a program waits for a way out that does not stand yet */
	BOX_LISTEN_BACKLOG = 128,
	BOX_UID_BASE = 1051000000, /* as root, each box has a user of its own from here on */
	BOX_UID_COUNT = 1000000,
	KEEPER_MESSAGE_MAX = 64 * 1024,
	KEEPER_EXPORTS_MAX = 256, /* different host folders bound into boxes */
	CPU_PERIOD_US = 20000,    /* AWS's own period */
};

#endif
