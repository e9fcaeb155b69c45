/* Answers out of files, by sendfile: the bytes go from the page cache to the socket without passing
 * through here. */
#include "net/http_connection.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum { TURN_BYTES = 8 << 20, PIECE_BYTES = 128 << 10 };

struct send_file {
	int socket, fd;
	off_t at;
	uint64_t left;
	int result;  /* -EAGAIN: the socket is full */
	char *piece; /* what goes through the loop when the socket is full, so that it tells when
			there is room */
	size_t piece_bytes;
};

/* On the pool: the file may have to be read from the disk. */
static void work_send(void *arg)
{
	struct send_file *s = arg;
	uint64_t turn = MIN(s->left, (uint64_t)TURN_BYTES);
	s->result = 0;
	while (turn > 0) {
		ssize_t n = sendfile(s->socket, s->fd, &s->at, (size_t)turn);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			s->result = n < 0 ? -errno : -EIO;
			break;
		}
		turn -= (uint64_t)n;
		s->left -= (uint64_t)n;
	}
	s->piece_bytes = 0;
	if (s->result != -EAGAIN)
		return;
	ssize_t n = pread(s->fd, s->piece, (size_t)MIN(s->left, (uint64_t)PIECE_BYTES), s->at);
	if (n <= 0)
		s->result = n < 0 ? -errno : -EIO;
	else
		s->piece_bytes = (size_t)n;
}

static int send_all(struct http_exchange *ex, struct send_file *s)
{
	while (s->left > 0) {
		loop_work(work_send, s);
		if (ex->broken)
			return -ECONNRESET;
		if (s->result == -EPIPE || s->result == -ECONNRESET) {
			ex->broken = true;
			return -ECONNRESET;
		}
		if (s->result < 0 && s->result != -EAGAIN)
			return s->result;
		if (s->piece_bytes == 0)
			continue;
		uv_buf_t piece = uv_buf_init(s->piece, (unsigned)s->piece_bytes);
		int r = http_connection_write(ex, &piece, 1);
		if (r < 0)
			return r;
		s->at += (off_t)s->piece_bytes;
		s->left -= s->piece_bytes;
	}
	return 0;
}

int http_respond_write_file(struct http_exchange *ex, int fd, uint64_t offset, uint64_t length)
{
	uv_os_fd_t own;
	assert(ex->responded && !ex->response_ended && !ex->is_chunked);
	if (ex->has_no_body || length == 0)
		return ex->broken ? -ECONNRESET : 0;
	if (ex->broken || uv_fileno(&ex->socket.handle, &own) < 0)
		return -ECONNRESET;
	/* A descriptor of its own: the loop may close the connection's while the pool sends. */
	struct send_file s = { .fd = fd, .at = (off_t)offset, .left = length };
	s.socket = fcntl(own, F_DUPFD_CLOEXEC, 0);
	if (s.socket < 0)
		return -errno;
	if (ex->response_left >= 0) {
		assert((uint64_t)ex->response_left >= length &&
			"more than the length that was declared");
		ex->response_left -= (int64_t)length;
	}
	s.piece = xmalloc(PIECE_BYTES);
	int r = send_all(ex, &s);
	if (r < 0)
		ex->response_left += (int64_t)s.left;
	free(s.piece);
	close(s.socket);
	return r;
}
