/* src/base/error.c - errors are set once, where they are known, and said once, at the edge. */
#include "base/base.h"
#include <stdio.h>

const ErrKind BASE_NO_MEMORY = { "base/no-memory", 503,
    "内存不够，这一次没有完成，原有数据不受影响；请稍后再试。",
    "Out of memory; nothing was changed. Please try again later." };
const ErrKind BASE_BAD_JSON = { "base/bad-json", 400, "JSON 写法有误：{0}。",
    "This is not valid JSON: {0}." };
const ErrKind BASE_BAD_YAML = { "base/bad-yaml", 400, "YAML 写法有误：{0}。",
    "This is not valid YAML: {0}." };
const ErrKind BASE_NO_FILE = { "base/no-file", 404, "“{0}”不存在或打不开，请检查路径。",
    "No such file, or it cannot be opened: {0}." };
const ErrKind BASE_IO = { "base/io", 500, "读写“{0}”时出错：{1}。", "Reading or writing {0} failed: {1}." };
const ErrKind BASE_FULL = { "base/disk-full", 507,
    "磁盘已满，“{0}”没有写入，原有数据不受影响；请腾出空间后再试。",
    "The disk is full; {0} was not written and nothing was lost. Free some space and try again." };

/* Copies what fits without cutting a UTF-8 sequence. */
static void fit(char *to, size_t size, Str s)
{
    size_t n = s.len < size - 1 ? s.len : size - 1;

    while (n < s.len && n > 0 && ((unsigned char)s.ptr[n] & 0xC0) == 0x80)
        n--;
    if (n)
        memcpy(to, s.ptr, n);
    to[n] = 0;
}

bool err_set(Err *err, const ErrKind *kind, const char *file, int line, Str what, const char *where, ...)
{
    va_list ap;

    *err = (Err){ .kind = kind, .file = file, .line = line };
    fit(err->what, sizeof err->what, what);
    va_start(ap, where);
    vsnprintf(err->where, sizeof err->where, where, ap);
    va_end(ap);
    return false;
}

void err_hint(Err *err, const char *fmt, ...)
{
    va_list ap;
    char text[512];

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fit(err->hint, sizeof err->hint, str_of(text));
}

void err_say(const Err *err, bool en, Buf *out)
{
    const char *s = en ? err->kind->en : err->kind->zh;

    for (; *s; s++) {
        if (s[0] == '{' && (s[1] == '0' || s[1] == '1') && s[2] == '}') {
            buf_str(out, str_of(s[1] == '0' ? err->what : err->hint));
            s += 2;
        } else
            buf_c(out, *s);
    }
}
