/* src/cli/stop.c - see stop.h. A thread takes the signals; others wait on a condition. */
#include "cli/stop.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

static struct {
    pthread_mutex_t guard; /* guards word */
    pthread_cond_t said;
    StopWord word;
} stop_ = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, STOP_NOT };

static void *take_signals(void *arg)
{
    sigset_t set;
    int got;

    (void)arg;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    while (sigwait(&set, &got) == 0)
        stop_say(STOP_END);
    return NULL;
}

void stop_listen(void)
{
    sigset_t set;
    pthread_t thread;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (pthread_create(&thread, NULL, take_signals, NULL) == 0)
        pthread_detach(thread);
}

void stop_say(StopWord word)
{
    pthread_mutex_lock(&stop_.guard);
    if (stop_.word != STOP_END)
        stop_.word = word;
    pthread_cond_broadcast(&stop_.said);
    pthread_mutex_unlock(&stop_.guard);
}

void stop_forget(void)
{
    pthread_mutex_lock(&stop_.guard);
    if (stop_.word == STOP_RESET)
        stop_.word = STOP_NOT;
    pthread_mutex_unlock(&stop_.guard);
}

StopWord stop_said(void)
{
    return stop_wait(0);
}

StopWord stop_wait(int64_t micros)
{
    struct timespec until;
    StopWord word;

    clock_gettime(CLOCK_REALTIME, &until);
    if (micros > 0) {
        until.tv_sec += (time_t)(micros / TIME_SECOND);
        until.tv_nsec += (long)(micros % TIME_SECOND) * 1000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
    }
    pthread_mutex_lock(&stop_.guard);
    while (stop_.word == STOP_NOT && micros != 0)
        if (micros < 0)
            pthread_cond_wait(&stop_.said, &stop_.guard);
        else if (pthread_cond_timedwait(&stop_.said, &stop_.guard, &until) == ETIMEDOUT)
            break;
    word = stop_.word;
    pthread_mutex_unlock(&stop_.guard);
    return word;
}
