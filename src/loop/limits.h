/* Limits of the loop. */
#ifndef SAMOVAR_LOOP_LIMITS_H
#define SAMOVAR_LOOP_LIMITS_H

enum {
	FIBERS_MAX = 20000,  /* running at once; one more is refused */
	FIBER_POOL_MAX = 64, /* stacks kept for reuse */
};

#endif
