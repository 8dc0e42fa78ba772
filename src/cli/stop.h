/* src/cli/stop.h - waiting for the end: SIGINT and SIGTERM ask politely, and so do commands of the demo. */
#pragma once
#include "base/base.h"

typedef enum StopWord { STOP_NOT, STOP_END, STOP_RESET } StopWord;
void stop_listen(void);             /* from the first thread, before any other starts */
StopWord stop_said(void);           /* without waiting */
StopWord stop_wait(int64_t micros); /* until said, at most so long; < 0: for ever */
void stop_say(StopWord word);
void stop_forget(void); /* a reset was carried out */
