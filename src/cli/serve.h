/* src/cli/serve.h - what serving and the demo share. */
#pragma once
#include "face/face.h"

/* Folder of the built application; NULL: none. */
const char *serve_ui(const char *said, char *out, size_t size);
bool serve_port(const char *text, int *port, Err *err) MUST; /* 8080 where nothing is said */
void serve_say(const Face *f);
