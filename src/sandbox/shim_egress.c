/* A way out of a box's network: first the routes that must lead nowhere, then pasta between the two
 * networks. */
#include "sandbox/shim.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int shim_network_of(int pid, int fds[2])
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/ns/net", pid);
	fds[0] = open(path, O_RDONLY | O_CLOEXEC);
	if (fds[0] < 0)
		return -errno;
	/* Not the program's own user namespace: bubblewrap made the network in that one's parent.
	 */
	fds[1] = ioctl(fds[0], NS_GET_USERNS);
	if (fds[1] < 0) {
		int r = -errno;
		close(fds[0]);
		return r;
	}
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

/* "10.0.0.0/8": packets to it are dropped (rtnetlink(7)). */
static int add_blackhole(int netlink, const char *text)
{
	struct {
		struct nlmsghdr head;
		struct rtmsg route;
		struct rtattr attribute;
		struct in_addr address;
	} m = { 0 };
	char address[INET_ADDRSTRLEN] = "";
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	if (n >= sizeof address)
		return -EINVAL;
	memcpy(address, text, n);
	if (inet_pton(AF_INET, address, &m.address) != 1)
		return -EINVAL;
	m.head.nlmsg_len = sizeof m;
	m.head.nlmsg_type = RTM_NEWROUTE;
	m.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE;
	m.route.rtm_family = AF_INET;
	m.route.rtm_dst_len = slash ? (unsigned char)strtol(slash + 1, NULL, 10) : 32;
	m.route.rtm_table = RT_TABLE_MAIN;
	m.route.rtm_protocol = RTPROT_STATIC;
	m.route.rtm_scope = RT_SCOPE_UNIVERSE;
	m.route.rtm_type = RTN_PROHIBIT;
	m.attribute.rta_len = RTA_LENGTH(sizeof m.address);
	m.attribute.rta_type = RTA_DST;
	if (send(netlink, &m, sizeof m, 0) < 0)
		return -errno;
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[512];
	} answer;
	if (recv(netlink, &answer, sizeof answer, 0) < 0)
		return -errno;
	return answer.head.nlmsg_type == NLMSG_ERROR && answer.error.error != -EEXIST
		       ? answer.error.error
		       : 0;
}

int shim_close_routes(int network, char **routes, size_t count)
{
	pid_t pid = fork(); /* there is no way back into the host's network for an ordinary user */
	if (pid == 0) {
		int netlink = -1;
		if (setns(network, CLONE_NEWNET) == 0)
			netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
		int r = netlink < 0 ? -errno : 0;
		for (size_t i = 0; i < count && r == 0; i++)
			r = add_blackhole(netlink, routes[i]);
		_exit(r == 0 ? 0 : -r & 127);
	}
	int status = 0;
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}
