/* src/base/thread.c - a pool with one queue, and a loop over all cores. */
#include "base/base.h"
#include <pthread.h>
#include <unistd.h>

enum { WAITING_MAX = 10000, THREADS_MAX = 64 };
typedef struct Work {
    struct Work *next;
    void (*work)(void *);
    void *arg;
} Work;
struct Pool {
    pthread_mutex_t guard; /* guards all below */
    pthread_cond_t come;
    Work *first, **last;
    size_t waiting, nthread;
    bool stop;
    pthread_t thread[THREADS_MAX];
};

static void *loop(void *arg)
{
    Pool *p = arg;

    pthread_mutex_lock(&p->guard);
    for (;;) {
        Work *w = p->first;

        if (w) {
            p->first = w->next;
            if (!p->first)
                p->last = &p->first;
            p->waiting--;
            pthread_mutex_unlock(&p->guard);
            w->work(w->arg);
            mem_free(w);
            pthread_mutex_lock(&p->guard);
        } else if (p->stop)
            break;
        else
            pthread_cond_wait(&p->come, &p->guard);
    }
    pthread_mutex_unlock(&p->guard);
    return NULL;
}

Pool *pool_new(size_t threads)
{
    Pool *p = mem_new(1, sizeof *p);

    if (!p)
        return NULL;
    pthread_mutex_init(&p->guard, NULL);
    pthread_cond_init(&p->come, NULL);
    p->last = &p->first;
    while (p->nthread < threads && p->nthread < THREADS_MAX &&
           pthread_create(&p->thread[p->nthread], NULL, loop, p) == 0)
        p->nthread++;
    if (!p->nthread) {
        mem_free(p);
        return NULL;
    }
    return p;
}

bool pool_run(Pool *p, void (*work)(void *), void *arg)
{
    Work *w = mem_new(1, sizeof *w);
    bool good;

    if (!w)
        return false;
    w->work = work;
    w->arg = arg;
    pthread_mutex_lock(&p->guard);
    good = !p->stop && p->waiting < WAITING_MAX;
    if (good) {
        *p->last = w;
        p->last = &w->next;
        p->waiting++;
        pthread_cond_signal(&p->come);
    }
    pthread_mutex_unlock(&p->guard);
    if (!good)
        mem_free(w);
    return good;
}

void pool_end(Pool *p)
{
    pthread_mutex_lock(&p->guard);
    p->stop = true;
    pthread_cond_broadcast(&p->come);
    pthread_mutex_unlock(&p->guard);
    while (p->nthread)
        pthread_join(p->thread[--p->nthread], NULL);
}

void pool_free(Pool *p)
{
    if (!p)
        return;
    pool_end(p);
    pthread_mutex_destroy(&p->guard);
    pthread_cond_destroy(&p->come);
    mem_free(p);
}
