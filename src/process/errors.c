/* src/process/errors.c - what can go wrong with a computation. */
#include "process/process.h"

/* clang-format off */
const ErrKind PROCESS_NO_PROCESS = { "process/no-process", 404, "没有“{0}”这个计算；/processes 列出了全部。", "There is no process “{0}”; /processes lists them." };
const ErrKind PROCESS_NO_JOB = { "process/no-job", 404, "没有编号为“{0}”的任务，或已过期清除。", "There is no job “{0}”, or it is long past." };
const ErrKind PROCESS_BAD_INPUT = { "process/bad-input", 400, "输入“{0}”不对：应为{1}。", "The input “{0}” is wrong: it should be {1}." };
const ErrKind PROCESS_NO_INPUT = { "process/no-input", 400, "缺少输入“{0}”（{1}）。", "The input “{0}” is missing ({1})." };
const ErrKind PROCESS_STOPPED = { "process/stopped", 409, "任务“{0}”已取消；已写入的结果保留，可以重新运行。", "The job “{0}” was cancelled; what it wrote stays, it may be run again." };
const ErrKind PROCESS_NOT_READY = { "process/not-ready", 404, "任务“{0}”还没有结果（{1}），请稍后再取。", "The job “{0}” has no results yet ({1}); ask again shortly." };
const ErrKind PROCESS_FULL = { "process/full", 503, "等待的任务太多（{0}），请等一些完成后再提交。", "Too many jobs are waiting ({0}); try again when some are done." };
const ErrKind PROCESS_NO_MODEL = { "process/no-model", 409, "这个计算需要台账“{0}”，而当前的包里没有它。", "This process needs the collection “{0}”, which no pack here has." };
const ErrKind PROCESS_CUT_OFF = { "process/cut-off", 409, "服务停下时任务“{0}”还没有做完，没有结果；请再运行一次。", "The server ended before the job {0} had finished; there is no result. Run it again." };
/* clang-format on */
