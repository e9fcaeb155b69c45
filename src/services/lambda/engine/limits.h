/* Limits and times of the function engine. Sizes and times are AWS's where AWS documents them
 * (Lambda quotas). */
#ifndef SAMOVAR_SERVICES_LAMBDA_ENGINE_LIMITS_H
#define SAMOVAR_SERVICES_LAMBDA_ENGINE_LIMITS_H

enum {
	ENGINE_ACCOUNT_CONCURRENCY = 1000,   /* invocations at once in one account */
	ENGINE_ANSWER_BYTES_MAX = 6291556,   /* 6 MB and 100 bytes, as AWS says in its error */
	ENGINE_STREAM_BYTES_MAX = 209715200, /* a streamed answer: 200 MB */
	ENGINE_ERROR_BYTES_MAX = 262144,     /* what a runtime says about an error */
	ENGINE_INIT_MS =
		10000, /* the init phase; then it is tried again as part of the invocation */
	ENGINE_PIDS_MAX = 1024,

	ENGINE_INSTANCES_MAX = 1000,   /* on this machine */
	ENGINE_STARTING_MAX = 8,       /* instances that start at once; the next wait their turn */
	ENGINE_STARTING_POOL_MAX = 4,  /* of one function: a burst leaves room for the others */
	ENGINE_QUEUE_PATIENCE_MS = 10, /* a wait that is not worth another instance */
	ENGINE_QUEUE_TICK_MS =
		100, /* how often a waiting invocation looks whether one may start now */
	ENGINE_CROWD =
		4, /* running threads for each processor, beyond which instances start slowly: */
	ENGINE_CROWD_START_MS = 500, /* one of a function in that time */
	ENGINE_CROWD_LOOK_MS = 10,
	ENGINE_SPARES = 2,              /* booted boxes kept for each kind in use */
	ENGINE_SPARE_IDLE_MS = 600000,  /* a kind that nobody used so long gives its spares back */
	ENGINE_SPARE_BACKOFF_MS = 2000, /* after a spare that could not be made */

	ENGINE_FREEZE_AFTER_MS = 100, /* of idleness */
	ENGINE_IDLE_END_MS = 300000,  /* an instance idle so long is ended */
	ENGINE_AGE_MAX_MS =
		8 * 3600 *
		1000, /* an instance older than this is replaced (its keys live for 12 hours) */
	ENGINE_KEYS_MS = 12 * 3600 * 1000,
	ENGINE_SWEEP_FAST_MS = 50,
	ENGINE_SWEEP_SLOW_MS = 5000,

	LOG_TAIL_BYTES = 4096,           /* of Invoke's LogResult */
	LOG_LINE_BYTES_MAX = 256 * 1024, /* a longer line is cut */
	LOG_PENDING_BYTES_MAX =
		1024 * 1024, /* of one stream, waiting for the store; more is dropped and counted */
	LOG_ALL_PENDING_BYTES_MAX = 32 * 1024 * 1024,
	LOG_BATCH_DELAY_MS = 10, /* lines gathered before they go to the store */
	LOG_BATCH_LINES_MAX = 5000,
	LOG_TRACES_MAX = 10000, /* of the invocations in one batch; what is over it isn't indexed */
};

#endif
