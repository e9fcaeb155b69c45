/* The sandbox's own end: whatever its boxes are at, they are freed with it (seen by the leak
 * sanitizer). */
#include "sandbox/box.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "tests/check.h"
#include <unistd.h>

enum { BOXES = 4 };

static struct loop *loop;
static struct sandbox *sandbox;
static const struct box_limits limits = { 128 * MIB, 16 * MIB, 64, 1000 };

/* What the keeper would have said of boxes that were destroyed a moment ago is heard no more. */
static void end_at_once(void *arg)
{
	struct box *boxes[BOXES] = { 0 };
	struct box_spec spec = { .limits = &limits };
	(void)arg;
	for (size_t i = 0; i < BOXES; i++)
		CHECK_INT(box_create(sandbox, &spec, &boxes[i]), 0);
	for (size_t i = 0; i < BOXES / 2; i++)
		box_destroy(boxes[i]);
	sandbox_close(sandbox);
	loop_stop(loop);
}

static void test_end_with_boxes(void)
{
	char run_dir[] = "/tmp/samovar-sandbox-test-XXXXXX";
	CHECK(mkdtemp(run_dir) != NULL);
	CHECK_INT(loop_create(&loop), 0);
	CHECK_INT(sandbox_open(run_dir, SANDBOX_AUTO, &sandbox), 0);
	CHECK_INT(fiber_start(end_at_once, NULL), 0);
	loop_run(loop);
	loop_destroy(loop);
	rmdir(run_dir);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a sandbox ends with boxes that have not", test_end_with_boxes },
	};
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
