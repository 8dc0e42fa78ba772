/* src/face/local.h - the socket file DIR/sangzi.sock, by which commands on this machine find the server of a county. */
#pragma once
#include "base/base.h"

bool face_local_listen(
    const char *dir, int *fd, Err *err) MUST; /* 0600; one left by a dead server is taken away */
void face_local_gone(const char *dir);
