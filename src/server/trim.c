/* Giving back, once the server stands, the memory that only its start needed. */
#include "server/trim.h"
#include "base/common.h"
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

/* Read-only segments alone: what is writable has been relocated and is ours. */
static int trim_object(struct dl_phdr_info *info, size_t bytes, void *arg)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	(void)bytes;
	(void)arg;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		if (p->p_type != PT_LOAD || p->p_flags & PF_W)
			continue;
		uintptr_t begin = (info->dlpi_addr + p->p_vaddr) & ~(page - 1);
		uintptr_t end = info->dlpi_addr + p->p_vaddr + p->p_memsz;
		madvise((void *)begin, end - begin, MADV_DONTNEED);
	}
	return 0;
}

void trim_resident(void)
{
	malloc_trim(0);
	dl_iterate_phdr(trim_object, NULL);
}
