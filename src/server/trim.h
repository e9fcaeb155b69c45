/* Giving back, once the server stands, the memory that only its start needed. */
#ifndef SAMOVAR_SERVER_TRIM_H
#define SAMOVAR_SERVER_TRIM_H

/*
 * The loader has read the symbol tables of every library, and what they link; pages of files that
 * nothing has written to are let go, and come back from the page cache when they are touched. Costs
 * some hundred microseconds.
 */
void trim_resident(void);

#endif
