/* src/pack/say.c - findings: what is wrong in which line, and what to do, in two languages. */
#include "pack/inside.h"

enum { SAID_MAX = 4096 };

#define SAYING(id, code, zh, en, warning) const PackSaying PACK_SAY_##id = { code, zh, en, warning };
PACK_SAYINGS(SAYING)

Str pack_nearest(Str name, const Str *known, size_t n)
{
    size_t best = 1 + name.len / 3, at = SIZE_MAX;

    for (size_t i = 0; i < n; i++) {
        size_t d = str_distance(name, known[i]);

        if (d <= best && (at == SIZE_MAX || d < best)) {
            best = d;
            at = i;
        }
    }
    return at == SIZE_MAX ? STR("") : known[at];
}

/* `{0}` … are filled in, `{{` and `}}` are braces. */
static Str fill(PackLoader *l, const char *form, const Str part[3])
{
    Buf b;
    Str out;

    buf_init(&b, 4096);
    for (const char *p = form; *p; p++) {
        if (p[0] == '{' && p[1] >= '0' && p[1] <= '2' && p[2] == '}') {
            buf_str(&b, part[p[1] - '0']);
            p += 2;
        } else {
            buf_c(&b, *p);
            p += (p[0] == '{' && p[1] == '{') || (p[0] == '}' && p[1] == '}');
        }
    }
    out = str_copy(l->a, buf_text(&b));
    buf_clear(&b);
    return out;
}

static void say(PackLoader *l, const PackSaying *what, size_t line, const Str zh[3], const Str en[3])
{
    PackMessage *m;

    l->nwrong += !what->warning;
    if (l->said.n >= SAID_MAX)
        return;
    m = PUSH(l, &l->said, PackMessage);
    *m = (PackMessage){ what->code, l->file, line, what->warning,
        { fill(l, what->zh, zh), fill(l, what->en, en) } };
}

void pack_say(PackLoader *l, const PackSaying *what, size_t line, Str s0, Str s1)
{
    const Str part[3] = { s0, s1, STR("") };

    say(l, what, line, part, part);
}

void pack_say_two(PackLoader *l, const PackSaying *what, size_t line, Str s0, Str zh, Str en)
{
    const Str in_zh[3] = { s0, zh, STR("") }, in_en[3] = { s0, en, STR("") };

    say(l, what, line, in_zh, in_en);
}

void pack_say_near(
    PackLoader *l, const PackSaying *what, size_t line, Str s0, Str s1, const Str *known, size_t n)
{
    Str near = pack_nearest(s0, known, n);
    Str zh[3] = { s0, s1, STR("") }, en[3] = { s0, s1, STR("") };

    if (near.len) {
        zh[2] = str_fmt(l->a, "，是不是“%.*s”？", STRV(near));
        en[2] = str_fmt(l->a, ", did you mean \"%.*s\"?", STRV(near));
    }
    say(l, what, line, zh, en);
}

void pack_say_err(PackLoader *l, const PackSaying *what, size_t line, Str s0, const Err *err)
{
    Buf zh, en;

    buf_init(&zh, 1024);
    buf_init(&en, 1024);
    err_say(err, false, &zh);
    err_say(err, true, &en);
    buf_fmt(&zh, "（%s）", err->where);
    buf_fmt(&en, " (%s)", err->where);
    pack_say_two(l, what, line, s0, buf_text(&zh), buf_text(&en));
    buf_clear(&zh);
    buf_clear(&en);
}
