/* The server's own secrets: the key that signs sessions, and the root access key; made on the first
 * start. */
#ifndef SAMOVAR_SERVER_KEYS_H
#define SAMOVAR_SERVER_KEYS_H

#include "aws/aws.h"

/*
 * Fills aws->secret, root_access_key_id and root_secret from the store, or makes and keeps them
 * there; the root key also in the file root-credentials of the data folder, in the form of
 * ~/.aws/credentials, mode 0600. Texts are in the arena. 0 or -errno.
 */
int server_keys_open(struct aws *aws, struct arena *arena) MUSTCHECK;

#endif
