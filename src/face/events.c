/* src/face/events.c - what happens, as it happens: Server-Sent Events (WHATWG HTML, clause 9.2).
 *
 * One ring of the last 10,000 events for all; a client is only a place in it. Writers append and wake who sleeps; a
 * client that falls a whole ring behind is dropped, and begins anew with `event: reset`. Of the events of one commit
 * only the last carries an id, so that a stream cut in between is resumed with the whole commit.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include "face/events.h"
#include "face/metrics.h"

enum { RING = 10000, CLIENTS = 500, HEARTBEAT = 15, PIECE = 64 << 10, NAMES = 32 };
typedef struct Event {
    Str text;            /* "event: …\nid: …\ndata: …\n\n"; owned */
    char collection[64]; /* empty: for everybody */
    int64_t seq;
    char division[16];
} Event;
/* Whom a part of the county is hidden from hears his own words, made for him when something happens: whether a record is his to
 * see only the ledger can tell. Filters of rows speak of the model they were made for, so with its county his stream ends. */
typedef struct Part {
    Arena *arena;
    LedgerView view; /* in the arena */
    uint64_t number; /* of this reader among all there were */
    Buf said;
    bool over;
} Part;
typedef struct Client {
    FaceEvents *events;
    struct MHD_Connection *connection;
    struct Client *prev, *next;
    char only[NAMES][64]; /* collections by name: models come and go */
    size_t nonly;
    char division[16]; /* prefix */
    uint64_t at;       /* number of the next event it wants */
    bool asleep, reset;
    int64_t spoke;
    Buf out;
    size_t taken;
    Part *part; /* whom a part is hidden from; NULL: he hears what all hear */
} Client;
struct FaceEvents {
    pthread_mutex_t guard; /* guards all below and every Client */
    pthread_cond_t tick;
    pthread_t heart;
    bool beating, ending;
    Event ring[RING];
    uint64_t next; /* events so far; event n stands at n % RING */
    Client *first;
    size_t nclient;
    uint64_t nparts; /* readers of a part so far */
};

typedef struct Ear { /* the events' place in one county */
    FaceEvents *events;
    Ledger *ledger;
    LedgerHooked *hooked;
} Ear;

static uint64_t oldest(const FaceEvents *e)
{
    return e->next > RING ? e->next - RING : 0;
}

static void wake(Client *c)
{
    if (c->asleep) {
        c->asleep = false;
        MHD_resume_connection(c->connection);
    }
}

static void wake_all(FaceEvents *e)
{
    for (Client *c = e->first; c; c = c->next)
        wake(c);
}

/* --- into the ring ---------------------------------------------------------------------------------------- */
static void put(FaceEvents *e, Buf *text, Str collection, int64_t seq, const char *division)
{
    Event *slot = &e->ring[e->next % RING];

    if (text->bad)
        return;
    mem_free((void *)(uintptr_t)slot->text.ptr);
    *slot = (Event){ .text = buf_text(text), .seq = seq };
    snprintf(slot->collection, sizeof slot->collection, "%.*s", STRV(collection));
    snprintf(slot->division, sizeof slot->division, "%s", division);
    *text = (Buf){ 0 };
    e->next++;
}

static Str verb_name(LedgerVerb v)
{
    static const char *const name[] = { "create", "update", "update", "retire", "restore", "derive" };

    return str_of(name[v]);
}

static void write_event(const LedgerEvent *v, bool last, Buf *b)
{
    buf_str(b, STR("event: change\n"));
    if (last)
        buf_fmt(b, "id: %lld\n", (long long)v->seq);
    buf_fmt(b, "data: {\"seq\":%lld", (long long)v->seq);
    face_text(b, "collection", v->collection->name);
    if (v->id[0])
        face_text(b, "id", str_of(v->id));
    else
        face_null(b, "id"); /* a bulk load: the whole collection */
    face_text(b, "verb", verb_name(v->verb));
    face_int(b, "version", v->version);
    face_text(b, "division", str_of(v->division));
    face_key(b, "bbox");
    face_box(b, geo_box_empty(v->after) ? v->before : v->after);
    face_text(b, "who", str_of(v->who));
    face_time(b, "at", v->at);
    face_text(b, "title", str_of(v->title));
    buf_str(b, STR("}\n\n"));
}

/* --- readers of a part ------------------------------------------------------------------------------------- */
static bool wants_this(const Client *c, Str collection, Str division);

static Client *next_part(const FaceEvents *e, uint64_t after) /* under the guard */
{
    Client *found = NULL;

    for (Client *c = e->first; c; c = c->next)
        if (c->part && c->part->number > after && (!found || c->part->number < found->part->number))
            found = c;
    return found;
}

static void write_part(const Client *like, LedgerView view, const LedgerEvent *v, size_t n, Buf *said)
{
    for (size_t i = 0; i < n; i++) {
        LedgerEvent his;

        if (wants_this(like, v[i].collection->name, str_of(v[i].division)) && ledger_event(view, &v[i], &his))
            write_event(&his, i + 1 == n || v[i + 1].seq != v[i].seq, said);
    }
}

static void say_part(FaceEvents *e, uint64_t number, const Buf *said) /* under the guard */
{
    Client *c = next_part(e, number - 1);

    if (!c || c->part->number != number || !said->len)
        return; /* gone meanwhile, or nothing is for him */
    buf_str(&c->part->said, buf_text(said));
    wake(c);
}

/* The ledger is asked without the guard: who reads may be waiting for it with a snapshot in hand. */
static void tell_parts(FaceEvents *e, Ledger *l, const LedgerEvent *v, size_t n)
{
    uint64_t number = 0;

    pthread_mutex_lock(&e->guard);
    for (Client *c; (c = next_part(e, number)) != NULL;) {
        Arena *a = arena_new(0);
        const AccessWho *who = c->part->view.ledger == l ? access_copy(c->part->view.who, a) : NULL;
        Buf said;

        number = c->part->number;
        c->part->over |= !who;
        buf_init(&said, 4 << 20);
        if (who) {
            const Client like = *c; /* what he asked for; he himself may go meanwhile */

            pthread_mutex_unlock(&e->guard);
            write_part(&like, (LedgerView){ l, who }, v, n, &said);
            pthread_mutex_lock(&e->guard);
            say_part(e, number, &said);
        }
        buf_clear(&said);
        arena_free(a);
    }
    pthread_mutex_unlock(&e->guard);
}

static void hear(void *ctx, const LedgerEvent *v, size_t n)
{
    const Ear *ear = ctx;
    FaceEvents *e = ear->events;

    tell_parts(e, ear->ledger, v, n);
    pthread_mutex_lock(&e->guard);
    for (size_t i = 0; i < n; i++) {
        Buf b;

        buf_init(&b, 8192);
        write_event(&v[i], i + 1 == n || v[i + 1].seq != v[i].seq, &b);
        put(e, &b, v[i].collection->name, v[i].seq, v[i].division);
        buf_clear(&b);
    }
    wake_all(e);
    pthread_mutex_unlock(&e->guard);
}

void face_events_say(FaceEvents *e, Str event, Str json)
{
    Buf b;

    buf_init(&b, 1 << 20);
    buf_fmt(&b, "event: %.*s\ndata: ", STRV(event));
    buf_str(&b, json);
    buf_str(&b, STR("\n\n"));
    pthread_mutex_lock(&e->guard);
    put(e, &b, STR(""), 0, "");
    wake_all(e);
    pthread_mutex_unlock(&e->guard);
    buf_clear(&b);
}

/* --- out of it ------------------------------------------------------------------------------------------------ */
static bool wants_this(const Client *c, Str collection, Str division)
{
    bool any = !c->nonly;

    for (size_t i = 0; i < c->nonly; i++)
        any = any || str_eq(str_of(c->only[i]), collection);
    return any && (!division.len || str_starts(division, str_of(c->division)));
}

static bool wants(const Client *c, const Event *v)
{
    return !v->collection[0] || wants_this(c, str_of(v->collection), str_of(v->division));
}

static void gather(Client *c)
{
    FaceEvents *e = c->events;

    if (c->reset)
        buf_str(&c->out, STR("event: reset\ndata: {}\n\n"));
    c->reset = false;
    for (; !c->part && c->at < e->next && c->out.len < PIECE; c->at++)
        if (wants(c, &e->ring[c->at % RING]))
            buf_str(&c->out, e->ring[c->at % RING].text);
    if (c->part) {
        buf_str(&c->out, buf_text(&c->part->said));
        c->part->said.len = 0;
        c->at = e->next;
    }
    if (!c->out.len && time_mono() - c->spoke >= HEARTBEAT * TIME_SECOND)
        buf_str(&c->out, STR(":\n\n"));
}

static ssize_t next_bytes(Client *c, char *to, size_t room)
{
    FaceEvents *e = c->events;

    if (e->ending || c->out.bad || (c->part ? c->part->over || c->part->said.bad : c->at < oldest(e)))
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (c->taken == c->out.len) {
        c->out.len = c->taken = 0;
        gather(c);
    }
    if (!c->out.len) {
        c->asleep = true;
        MHD_suspend_connection(c->connection);
        return 0;
    }
    if (room > c->out.len - c->taken)
        room = c->out.len - c->taken;
    memcpy(to, c->out.ptr + c->taken, room);
    c->taken += room;
    c->spoke = time_mono();
    return (ssize_t)room;
}

static ssize_t read_events(void *cls, uint64_t at, char *to, size_t room)
{
    Client *c = cls;
    ssize_t n;

    (void)at;
    pthread_mutex_lock(&c->events->guard);
    n = next_bytes(c, to, room);
    pthread_mutex_unlock(&c->events->guard);
    metric_add(METRIC_events_sent, n > 0);
    return n;
}

static void free_client(Client *c)
{
    buf_clear(&c->out);
    if (c->part) {
        buf_clear(&c->part->said);
        arena_free(c->part->arena);
    }
    mem_free(c);
}

static void drop_client(void *cls)
{
    Client *c = cls;
    FaceEvents *e = c->events;

    pthread_mutex_lock(&e->guard);
    if (c->prev)
        c->prev->next = c->next;
    else
        e->first = c->next;
    if (c->next)
        c->next->prev = c->prev;
    e->nclient--;
    pthread_mutex_unlock(&e->guard);
    metric_add(METRIC_events_clients, -1);
    free_client(c);
}

struct MHD_Response *face_events_response(void *client, struct MHD_Connection *connection)
{
    Client *c = client;
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, read_events, c, drop_client);

    c->connection = connection;
    if (!response)
        drop_client(c);
    return response;
}

/* --- a client comes -------------------------------------------------------------------------------------------- */
/* What all codes below a division begin with: 990121108000 → 990121108; levels end at 2, 4, 6, 9, 12 digits. */
static void prefix_of(Str code, char out[16])
{
    static const size_t end[] = { 2, 4, 6, 9, 12 };
    size_t level = LEN(end) - 1, n = code.len < 15 ? code.len : 15;

    while (code.len == 12 && level &&
           str_starts(STR("000"), str_sub(code, end[level - 1], end[level] - end[level - 1])))
        n = end[--level];
    snprintf(out, 16, "%.*s", (int)n, code.ptr);
}

static bool read_names(const FaceRequest *r, Client *c, Err *err)
{
    Str list = face_query(r, "collection"), one, rest;
    const PackCollection *of;

    while (list.len) {
        if (!str_cut(list, ',', &one, &rest))
            rest = (Str){ 0 };
        list = rest;
        if (c->nonly == NAMES)
            return FAIL(err, FACE_BAD_PARAMETER, STR("collection"), "collection");
        if (!pack_need_collection(r->model, one, &of, err))
            return false;
        snprintf(c->only[c->nonly++], sizeof c->only[0], "%.*s", STRV(of->name));
    }
    return true;
}

/* Where to begin: behind the last event the client has seen. */
static void find_place(FaceEvents *e, Client *c, const FaceRequest *r)
{
    Str last = face_header(r, "Last-Event-ID");
    int64_t seq;

    if (!last.len)
        last = face_query(r, "last-event-id");
    c->at = e->next;
    if (!str_to_i64(last, &seq))
        return;
    c->reset =
        seq < ledger_seq(r->ledger) && (c->part || e->next == 0 || e->ring[oldest(e) % RING].seq > seq + 1);
    for (c->at = oldest(e); c->at < e->next && e->ring[c->at % RING].seq <= seq; c->at++)
        ;
}

static bool join(FaceEvents *e, Client *c, const FaceRequest *r, Err *err)
{
    bool good;

    pthread_mutex_lock(&e->guard);
    good = !e->ending && e->nclient < CLIENTS;
    if (good) {
        if (c->part)
            c->part->number = ++e->nparts;
        find_place(e, c, r);
        c->next = e->first;
        if (e->first)
            e->first->prev = c;
        e->first = c;
        e->nclient++;
    }
    pthread_mutex_unlock(&e->guard);
    return good || FAIL(err, FACE_NO_EVENTS, str_fmt(r->a, "%d", CLIENTS), "events");
}

/* What happened while he was away is not told again: he looks anew (`reset`). */
static bool join_part(const FaceRequest *r, Client *c, Err *err)
{
    Arena *a;

    if (access_may_all(r->view.who))
        return true;
    a = arena_new(0);
    c->part = NEW(a, Part);
    if (!c->part || !(c->part->view.who = access_copy(r->view.who, a))) {
        c->part = NULL;
        arena_free(a);
        return FAIL(err, BASE_NO_MEMORY, STR("events"), "client");
    }
    c->part->arena = a;
    c->part->view.ledger = r->ledger;
    buf_init(&c->part->said, 4 << 20);
    return true;
}

static bool events_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    Client *c = mem_new(1, sizeof *c);

    if (!c)
        return FAIL(err, BASE_NO_MEMORY, STR("events"), "client");
    c->events = ((Ear *)r->state)->events;
    buf_init(&c->out, 4 << 20);
    prefix_of(face_query(r, "division"), c->division);
    buf_str(&c->out, STR("retry: 2000\n\n")); /* the first bytes also open the stream at the reader's end */
    if (!read_names(r, c, err) || !join_part(r, c, err) || !join(c->events, c, r, err)) {
        free_client(c);
        return false;
    }
    metric_add(METRIC_events_clients, 1);
    out->type = STR("text/event-stream; charset=utf-8");
    face_set(out, "Cache-Control", STR("no-store"));
    out->events = true;
    out->ctx = c;
    return true;
}

/* --- life --------------------------------------------------------------------------------------------------------- */
static void *heart(void *arg)
{
    FaceEvents *e = arg;
    struct timespec until;

    pthread_mutex_lock(&e->guard);
    while (!e->ending) {
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 1;
        pthread_cond_timedwait(&e->tick, &e->guard, &until);
        for (Client *c = e->first; c; c = c->next)
            if (time_mono() - c->spoke >= HEARTBEAT * TIME_SECOND)
                wake(c);
    }
    pthread_mutex_unlock(&e->guard);
    return NULL;
}

FaceEvents *face_events_new(void)
{
    FaceEvents *e = mem_new(1, sizeof *e);

    if (!e)
        return NULL;
    pthread_mutex_init(&e->guard, NULL);
    pthread_cond_init(&e->tick, NULL);
    e->beating = pthread_create(&e->heart, NULL, heart, e) == 0;
    return e;
}

void face_events_end(FaceEvents *e)
{
    pthread_mutex_lock(&e->guard);
    e->ending = true;
    wake_all(e);
    pthread_cond_broadcast(&e->tick);
    pthread_mutex_unlock(&e->guard);
}

static void empty_ring(FaceEvents *e)
{
    for (size_t i = 0; i < RING; i++)
        mem_free((void *)(uintptr_t)e->ring[i].text.ptr);
    memset(e->ring, 0, sizeof e->ring);
}

void face_events_free(FaceEvents *e)
{
    if (!e)
        return;
    face_events_end(e);
    if (e->beating)
        pthread_join(e->heart, NULL);
    empty_ring(e);
    pthread_cond_destroy(&e->tick);
    pthread_mutex_destroy(&e->guard);
    mem_free(e);
}

/* --- a county comes and goes; who listens stays -------------------------------------------------------------------- */
/* What was told is of another county: its numbers mean nothing here, its collections may be gone. */
static void begin_anew(FaceEvents *e)
{
    pthread_mutex_lock(&e->guard);
    empty_ring(e);
    e->next = 0;
    for (Client *c = e->first; c; c = c->next) {
        c->at = 0;
        c->reset = true;
        if (c->part)
            c->part->over = true;
    }
    wake_all(e);
    pthread_mutex_unlock(&e->guard);
}

static bool ear_start(const FaceHouse *h, void **state, Err *err)
{
    Ear *ear = NEW(h->a, Ear);

    if (!ear)
        return FAIL(err, BASE_NO_MEMORY, STR("events"), "start");
    ear->events = face_ring(h->face);
    ear->ledger = h->county->ledger;
    begin_anew(ear->events);
    *state = ear;
    return ledger_hook(h->county->ledger, &(LedgerHook){ "events", NULL, hear, ear }, &ear->hooked, err);
}

static void ear_ending(void *state)
{
    Ear *ear = state;

    ledger_unhook(ear->hooked);
    ear->hooked = NULL;
}

static const char *const events_query[] = { "collection", "division", "last-event-id", NULL };
static const FaceRow row[] = { { FACE_GET, "/events", events_get, FACE_QUICK, .zh = "实时事件（SSE）",
    .en = "Live events (SSE)", .query = events_query } };
const FaceDoor face_events = { .name = "events",
    .row = row,
    .nrow = LEN(row),
    .start = ear_start,
    .ending = ear_ending,
    .stop = ear_ending };
