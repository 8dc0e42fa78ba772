/* src/face/lanes.c - see lanes.h. */
#include "face/lanes.h"
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>
#include "face/metrics.h"

enum { THREADS_MAX = 64, CLIENT_WAITING_MAX = 400, WAITING_MAX = 5000 };
typedef struct Client { /* who has something waiting or at work in this lane */
    struct Client *next;
    uint64_t key;
    FaceTask *first, **last;
    size_t waiting, working;
} Client;
typedef struct Lane {
    int nice;
    pthread_mutex_t guard; /* guards all below */
    pthread_cond_t come;
    Client *client;                 /* whoever was served longest ago stands first */
    size_t waiting, nthread, share; /* share: threads that one client may have at most */
    bool ended;
    pthread_t thread[THREADS_MAX];
} Lane;
struct FaceLanes {
    Lane lane[FACE_LANES];
};

/* By core: what computes gains nothing from more threads than these, what sleeps does. */
static size_t threads_of(FaceLane lane)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    const size_t n = cores < 2 ? 2 : cores > 16 ? 16 : (size_t)cores;

    return lane == FACE_LANE_QUICK  ? 0
           : lane == FACE_LANE_READ ? n + 2
           : lane == FACE_LANE_WAIT ? THREADS_MAX
                                    : n;
}

/* --- with the lane's guard held ------------------------------------------------------------------------------------ */
static Client *client_of(Lane *l, uint64_t key)
{
    Client **last = &l->client;

    for (; *last; last = &(*last)->next)
        if ((*last)->key == key)
            return *last;
    *last = mem_new(1, sizeof **last);
    if (*last) {
        (*last)->key = key;
        (*last)->last = &(*last)->first;
    }
    return *last;
}

static Client *next_client(const Lane *l)
{
    Client *best = NULL;

    for (Client *c = l->client; c; c = c->next)
        if (c->waiting && c->working < l->share && (!best || c->working < best->working))
            best = c;
    return best;
}

static void unlink_client(Lane *l, const Client *c)
{
    Client **p = &l->client;

    while (*p != c)
        p = &(*p)->next;
    *p = c->next;
}

static void put_last(Lane *l, Client *c)
{
    Client **p = &l->client;

    unlink_client(l, c);
    while (*p)
        p = &(*p)->next;
    c->next = NULL;
    *p = c;
}

static FaceTask *take_task(Lane *l, Client *c)
{
    FaceTask *t = c->first;

    c->first = t->next;
    if (!c->first)
        c->last = &c->first;
    c->waiting--;
    l->waiting--;
    c->working++;
    put_last(l, c);
    return t;
}

static void task_done(Lane *l, Client *c)
{
    if ((c->working-- == l->share && l->waiting) || l->ended)
        pthread_cond_broadcast(&l->come); /* it had its share: what it has waiting may go on */
    if (c->working || c->waiting)
        return;
    unlink_client(l, c);
    mem_free(c);
}

/* --- threads ----------------------------------------------------------------------------------------------------------- */
static void *work_on(void *arg)
{
    Lane *l = arg;

    if (l->nice)
        (void)setpriority(PRIO_PROCESS, (id_t)gettid(), l->nice); /* on Linux of this thread alone */
    pthread_mutex_lock(&l->guard);
    for (;;) {
        Client *c = next_client(l);
        FaceTask *t;

        if (!c && l->ended && !l->waiting)
            break;
        if (!c) {
            pthread_cond_wait(&l->come, &l->guard);
            continue;
        }
        t = take_task(l, c);
        pthread_mutex_unlock(&l->guard);
        t->work(t->arg); /* the task may be gone afterwards */
        pthread_mutex_lock(&l->guard);
        task_done(l, c);
    }
    pthread_mutex_unlock(&l->guard);
    return NULL;
}

static bool open_lane(Lane *l, FaceLane which)
{
    static const int nice[FACE_LANES] = { [FACE_LANE_DRAW] = 3, [FACE_LANE_HEAVY] = 5 };

    l->nice = nice[which];
    pthread_mutex_init(&l->guard, NULL);
    pthread_cond_init(&l->come, NULL);
    while (l->nthread < threads_of(which) && pthread_create(&l->thread[l->nthread], NULL, work_on, l) == 0)
        l->nthread++;
    l->share = which == FACE_LANE_READ || which == FACE_LANE_WAIT ? l->nthread - 1 : l->nthread;
    return l->nthread > 0 || which == FACE_LANE_QUICK;
}

FaceLanes *face_lanes_new(void)
{
    FaceLanes *l = mem_new(1, sizeof *l);
    bool good = l != NULL;

    for (FaceLane i = 0; l && i < FACE_LANES; i++)
        good = open_lane(&l->lane[i], i) && good;
    if (good)
        return l;
    face_lanes_free(l);
    return NULL;
}

bool face_lanes_run(FaceLanes *lanes, FaceLane which, FaceTask *t, Err *err)
{
    Lane *l = &lanes->lane[which];
    Client *c;
    bool good;

    t->next = NULL;
    pthread_mutex_lock(&l->guard);
    c = l->ended || l->waiting >= WAITING_MAX ? NULL : client_of(l, t->client);
    good = c && c->waiting < CLIENT_WAITING_MAX;
    if (good) {
        *c->last = t;
        c->last = &t->next;
        c->waiting++;
        l->waiting++;
        pthread_cond_signal(&l->come);
    } else if (c && !c->waiting && !c->working) {
        unlink_client(l, c);
        mem_free(c);
    }
    pthread_mutex_unlock(&l->guard);
    return good || FAIL(err, FACE_BUSY, STR("lane"), "lane");
}

void face_lanes_end(FaceLanes *lanes)
{
    for (FaceLane i = 0; i < FACE_LANES; i++) {
        Lane *l = &lanes->lane[i];

        pthread_mutex_lock(&l->guard);
        l->ended = true;
        pthread_cond_broadcast(&l->come);
        pthread_mutex_unlock(&l->guard);
        while (l->nthread)
            pthread_join(l->thread[--l->nthread], NULL);
    }
}

void face_lanes_free(FaceLanes *lanes)
{
    if (!lanes)
        return;
    face_lanes_end(lanes);
    for (FaceLane i = 0; i < FACE_LANES; i++) {
        pthread_cond_destroy(&lanes->lane[i].come);
        pthread_mutex_destroy(&lanes->lane[i].guard);
    }
    mem_free(lanes);
}
