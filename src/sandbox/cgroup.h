/* Control groups: finding those that we may make (v2, v1, or both), and one set of them for each
 * box. */
#ifndef SAMOVAR_SANDBOX_CGROUP_H
#define SAMOVAR_SANDBOX_CGROUP_H

#include "base/buf.h"
#include "base/common.h"

struct box_limits;

enum cgroup_kind { CGROUP_V2, CGROUP_V1_MEMORY, CGROUP_V1_CPU, CGROUP_V1_PIDS, CGROUP_KINDS };

/* Our own sub-hierarchies. */
struct cgroups {
	char *dir[CGROUP_KINDS]; /* NULL where there is none */
	bool v2_memory, v2_cpu, v2_pids;
};

/* Finds and makes them, named after this process; removes those of servers that are gone. */
void cgroups_open(struct cgroups *g);
void cgroups_close(struct cgroups *g);
static inline bool cgroups_memory(const struct cgroups *g)
{
	return g->v2_memory || g->dir[CGROUP_V1_MEMORY];
}
static inline bool cgroups_cpu(const struct cgroups *g)
{
	return g->v2_cpu || g->dir[CGROUP_V1_CPU];
}
static inline bool cgroups_pids(const struct cgroups *g)
{
	return g->v2_pids || g->dir[CGROUP_V1_PIDS];
}
static inline bool cgroups_freezer(const struct cgroups *g)
{
	return g->dir[CGROUP_V2] != NULL;
}

/* One box's groups. */
struct box_cgroup {
	const struct cgroups *groups;
	uint64_t id;
	int stat_fd, peak_fd; /* kept open: they are read after each invocation; -1 */
	bool made;
};

void box_cgroup_init(struct box_cgroup *c, const struct cgroups *groups, uint64_t id);
void box_cgroup_make(struct box_cgroup *c);
/* false while processes are left in it. */
bool box_cgroup_remove(struct box_cgroup *c);
/* Adds the cgroup.procs paths, each with its NUL, and returns their count. */
uint32_t box_cgroup_procs(const struct box_cgroup *c, struct buf *out);
void box_cgroup_limit(struct box_cgroup *c, const struct box_limits *limits);
/* Forgets the peak. */
void box_cgroup_reset(struct box_cgroup *c);
/* false where nothing counts. Each may be NULL. tmp: what files in memory take. */
bool box_cgroup_memory(struct box_cgroup *c, uint64_t *peak, uint64_t *anonymous, uint64_t *files);
bool box_cgroup_cpu(struct box_cgroup *c, uint64_t *ns);
bool box_cgroup_out_of_memory(struct box_cgroup *c);
int box_cgroup_freeze(struct box_cgroup *c, bool frozen);
void box_cgroup_kill(struct box_cgroup *c);

#endif
