/*
 * The filter of system calls that every box runs under. It denies what Docker's default profile
 * denies without capabilities (https://docs.docker.com/engine/security/seccomp/), and more:
 * io_uring, userfaultfd, ptrace, and whatever a later kernel adds.
 */
#include "sandbox/seccomp.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* The last call that was weighed here (x86-64 and arm64 number the newer ones alike): mseal is 462.
 */
enum { NEWEST_CALL = 462 };

/* These answer EPERM. */
static const char *const denied[] = {
	/* the kernel itself */
	"acct",
	"bpf",
	"create_module",
	"delete_module",
	"finit_module",
	"get_kernel_syms",
	"init_module",
	"kexec_file_load",
	"kexec_load",
	"lookup_dcookie",
	"nfsservctl",
	"perf_event_open",
	"query_module",
	"quotactl",
	"quotactl_fd",
	"reboot",
	"syslog",
	"sysfs",
	"_sysctl",
	"uselib",
	"ustat",
	"vm86",
	"vm86old",
	"iopl",
	"ioperm",
	"fanotify_init",
	"vhangup",
	"swapon",
	"swapoff",
	/* keys */
	"add_key",
	"keyctl",
	"request_key",
	/* namespaces and mounts */
	"chroot",
	"fsconfig",
	"fsmount",
	"fsopen",
	"fspick",
	"mount",
	"mount_setattr",
	"move_mount",
	"open_tree",
	"pivot_root",
	"setns",
	"umount",
	"umount2",
	"unshare",
	"open_by_handle_at",
	"name_to_handle_at",
	/* the machine's clock and names */
	"clock_adjtime",
	"clock_settime",
	"settimeofday",
	"stime",
	"adjtimex",
	"sethostname",
	"setdomainname",
	/* other processes */
	"kcmp",
	"pidfd_getfd",
	"process_madvise",
	"process_vm_readv",
	"process_vm_writev",
	"ptrace",
	/* memory tricks */
	"userfaultfd",
	"get_mempolicy",
	"mbind",
	"move_pages",
	"migrate_pages",
	"set_mempolicy",
	"set_mempolicy_home_node",
	"personality",
};

/* These answer ENOSYS, at which programs turn to an older call. */
static const char *const absent[] = {
	"io_uring_setup",
	"io_uring_enter",
	"io_uring_register",
	"clone3",
	"memfd_secret",
};

static int deny_names(scmp_filter_ctx f, const char *const *names, size_t n, uint32_t action)
{
	int r = 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		int call = seccomp_syscall_resolve_name(names[i]);
		if (call >= 0) /* this machine has no such call otherwise, or libseccomp does not
				  know it yet */
			r = seccomp_rule_add(f, action, call, 0);
	}
	return r;
}

static int deny_if(scmp_filter_ctx f, int call, unsigned argument, enum scmp_compare compare,
	uint64_t a, uint64_t b)
{
	struct scmp_arg_cmp condition = {
		.arg = argument, .op = compare, .datum_a = a, .datum_b = b
	};
	return seccomp_rule_add_array(f, SCMP_ACT_ERRNO(EPERM), call, 1, &condition);
}

static int deny_arguments(scmp_filter_ctx f)
{
	static const uint32_t namespaces[] = { CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID,
		CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP };
	/* Local and internet sockets, and netlink, by which programs list the interfaces. */
	static const int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };
	static const unsigned long requests[] = { TIOCSTI, TIOCLINUX };
	int r = 0;
	for (size_t i = 0; i < COUNT_OF(namespaces) && r == 0; i++)
		r = deny_if(
			f, SCMP_SYS(clone), 0, SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i]);
	/* The kernel looks at the lower half of the request alone. */
	for (size_t i = 0; i < COUNT_OF(requests) && r == 0; i++)
		r = deny_if(f, SCMP_SYS(ioctl), 1, SCMP_CMP_MASKED_EQ, 0xffffffff, requests[i]);
	for (int family = 0; family <= AF_NETLINK && r == 0; family++) {
		bool allowed = false;
		for (size_t i = 0; i < COUNT_OF(families); i++)
			allowed |= families[i] == family;
		if (!allowed)
			r = deny_if(f, SCMP_SYS(socket), 0, SCMP_CMP_EQ, (uint64_t)family, 0);
	}
	return r == 0 ? deny_if(f, SCMP_SYS(socket), 0, SCMP_CMP_GT, AF_NETLINK, 0) : r;
}

/* libseccomp can't say "any number past the last": two instructions before its own do. */
static int write_prefix(int fd)
{
	const struct sock_filter prefix[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, NEWEST_CALL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};
	return write(fd, prefix, sizeof prefix) == (ssize_t)sizeof prefix ? 0 : -errno;
}

int seccomp_make(int *fd)
{
	int memory = memfd_create("seccomp", MFD_CLOEXEC);
	if (memory < 0)
		return -errno;
	int r = write_prefix(memory);
	scmp_filter_ctx f = r == 0 ? seccomp_init(SCMP_ACT_ALLOW) : NULL;
	if (r == 0 && !f)
		r = -ENOMEM;
	if (r == 0)
		r = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
	if (r == 0)
		(void)seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = deny_names(f, denied, COUNT_OF(denied), SCMP_ACT_ERRNO(EPERM));
	if (r == 0)
		r = deny_names(f, absent, COUNT_OF(absent), SCMP_ACT_ERRNO(ENOSYS));
	if (r == 0)
		r = deny_arguments(f);
	if (r == 0)
		r = seccomp_export_bpf(f, memory);
	if (f)
		seccomp_release(f);
	if (r < 0) {
		close(memory);
		return r;
	}
	*fd = memory;
	return 0;
}
