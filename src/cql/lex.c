/* src/cql/lex.c - CQL2 text as tokens. */
#include "cql/lex.h"
#include "cql/tree.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char at(const CqlLex *l, size_t pos)
{
    return pos < l->all.len ? l->all.ptr[pos] : 0;
}

static void skip_blanks(CqlLex *l)
{
    while (l->pos < l->all.len) {
        Str rest = str_sub(l->all, l->pos, SIZE_MAX);
        const size_t before = rest.len;

        if (!cql_is_blank(str_next(&rest)))
            return;
        l->pos += before - rest.len;
    }
}

static CqlToken token(const CqlLex *l, CqlTokenKind kind, size_t from, size_t to)
{
    Str raw = str_sub(l->all, from, to - from);

    return (CqlToken){ .kind = kind, .raw = raw, .text = raw, .at = from };
}

static CqlToken name(const CqlLex *l)
{
    Str rest = str_sub(l->all, l->pos, SIZE_MAX), after = rest;

    while (after.len) {
        Str next = after;

        if (!cql_name_part(str_next(&next)))
            break;
        after = next;
    }
    return token(l, CQL_T_NAME, l->pos, l->pos + (rest.len - after.len));
}

/* numericLiteral without its sign: 1  1.  .5  1.5E-3 */
static CqlToken number(const CqlLex *l)
{
    size_t p = l->pos, e;

    while (is_digit(at(l, p)))
        p++;
    if (at(l, p) == '.')
        p++;
    while (is_digit(at(l, p)))
        p++;
    if (at(l, p) == 'e' || at(l, p) == 'E') {
        e = p + 1;
        if (at(l, e) == '+' || at(l, e) == '-')
            e++;
        if (is_digit(at(l, e)))
            for (p = e; is_digit(at(l, p));)
                p++;
    }
    return token(l, CQL_T_NUMBER, l->pos, p);
}

/* Where an escaped quote begins at p, its length; else 0. escapeQuote = "''" | "\'" (in a name: "" only). */
static size_t escape(const CqlLex *l, size_t p, char quote)
{
    if (at(l, p) == quote && at(l, p + 1) == quote)
        return 2;
    return quote == '\'' && at(l, p) == '\\' && at(l, p + 1) == quote ? 2 : 0;
}

static CqlToken quoted(CqlLex *l, char quote, CqlTokenKind kind)
{
    size_t p = l->pos + 1, n = 0, skip;
    CqlToken t;
    char *out;

    for (; p < l->all.len; p += skip ? skip : 1) {
        skip = escape(l, p, quote);
        if (!skip && at(l, p) == quote)
            break;
    }
    if (p >= l->all.len)
        return token(l, CQL_T_BAD, l->pos, l->all.len);
    t = token(l, kind, l->pos, p + 1);
    out = arena_take(l->a, p - l->pos, 1);
    l->no_memory |= !out;
    for (size_t q = l->pos + 1; out && q < p; q += skip ? skip : 1) {
        skip = escape(l, q, quote);
        out[n++] = skip ? quote : at(l, q);
    }
    t.text = (Str){ out, n };
    return t;
}

static CqlToken sign(const CqlLex *l)
{
    static const char *const two[] = { "<>", "<=", ">=" };
    Str rest = str_sub(l->all, l->pos, SIZE_MAX);

    for (size_t i = 0; i < LEN(two); i++)
        if (str_starts(rest, str_of(two[i])))
            return token(l, CQL_T_SIGN, l->pos, l->pos + 2);
    if (strchr("()=<>+-*/%^,", rest.ptr[0]))
        return token(l, CQL_T_SIGN, l->pos, l->pos + 1);
    str_next(&rest);
    return token(l, CQL_T_BAD, l->pos, l->all.len - rest.len);
}

void cql_lex_next(CqlLex *l)
{
    Str rest;
    char c;

    skip_blanks(l);
    rest = str_sub(l->all, l->pos, SIZE_MAX);
    c = at(l, l->pos);
    if (!rest.len)
        l->token = token(l, CQL_T_END, l->pos, l->pos);
    else if (c == '\'')
        l->token = quoted(l, c, CQL_T_STRING);
    else if (c == '"')
        l->token = quoted(l, c, CQL_T_QUOTED);
    else if (is_digit(c) || (c == '.' && is_digit(at(l, l->pos + 1))))
        l->token = number(l);
    else if (cql_name_start(str_next(&rest)))
        l->token = name(l);
    else
        l->token = sign(l);
    l->pos = l->token.at + l->token.raw.len;
}

void cql_lex_goto(CqlLex *l, size_t pos)
{
    l->pos = pos;
    cql_lex_next(l);
}

bool cql_lex_is(const CqlLex *l, const char *s)
{
    return l->token.kind == CQL_T_SIGN && str_eq(l->token.raw, str_of(s));
}

bool cql_lex_word(const CqlLex *l, const char *keyword)
{
    return l->token.kind == CQL_T_NAME && str_eq_nocase(l->token.raw, str_of(keyword));
}
