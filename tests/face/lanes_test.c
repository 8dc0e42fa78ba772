/* tests/face/lanes_test.c - whose turn it is: clients take turns, none has all threads of a lane, what waits is worked at the end. */
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>
#include "face/lanes.h"
#include "face/table.h"

enum { MANY = 40, ALICE = 1, BOB = 2 };
typedef struct Turn { /* one task: waits at its gate, if it has one, and puts its client into the story */
    FaceTask task;
    sem_t *gate;
    struct Story *story;
} Turn;
typedef struct Story {
    pthread_mutex_t guard; /* guards all below */
    pthread_cond_t more;
    uint64_t who[MANY * 2];
    size_t begun, ended;
    sem_t gate;
    FaceLanes *lanes;
    Turn turn[MANY * 2];
    size_t n;
} Story;

static void take_turn(void *arg)
{
    Turn *t = arg;
    Story *s = t->story;

    pthread_mutex_lock(&s->guard);
    s->who[s->begun++] = t->task.client;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->guard);
    if (t->gate)
        sem_wait(t->gate);
    pthread_mutex_lock(&s->guard);
    s->ended++;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->guard);
}

static void nothing(void *arg)
{
    (void)arg;
}

static bool put(Story *s, FaceLane lane, uint64_t client, bool gated, Err *err)
{
    Turn *t = &s->turn[s->n++];

    *t = (Turn){ .task = { take_turn, t, client, NULL }, .gate = gated ? &s->gate : NULL, .story = s };
    return face_lanes_run(s->lanes, lane, &t->task, err);
}

static void wait_for(Story *s, const size_t *what, size_t n)
{
    pthread_mutex_lock(&s->guard);
    while (*what < n)
        pthread_cond_wait(&s->more, &s->guard);
    pthread_mutex_unlock(&s->guard);
}

static void open_gate(Story *s, size_t n)
{
    while (n--)
        sem_post(&s->gate);
}

static void begin(Story *s)
{
    *s = (Story){ .lanes = face_lanes_new() };
    assert_non_null(s->lanes);
    pthread_mutex_init(&s->guard, NULL);
    pthread_cond_init(&s->more, NULL);
    sem_init(&s->gate, 0, 0);
}

static void end(Story *s)
{
    face_lanes_free(s->lanes);
    sem_destroy(&s->gate);
    pthread_cond_destroy(&s->more);
    pthread_mutex_destroy(&s->guard);
}

/* Eight exports, each coming back for its next slice, and one of somebody else behind them. */
static void clients_take_turns(void **state)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    const size_t threads = cores < 2 ? 2 : cores > 16 ? 16 : (size_t)cores; /* of this lane */
    Story s;
    Err err = { 0 };

    (void)state;
    begin(&s);
    for (size_t i = 0; i < MANY; i++)
        assert_true(put(&s, FACE_LANE_HEAVY, ALICE, true, &err));
    wait_for(&s, &s.begun, threads);
    assert_true(put(&s, FACE_LANE_HEAVY, BOB, true, &err));
    open_gate(&s, 1);
    wait_for(&s, &s.begun, threads + 1);
    assert_int_equal(s.who[threads], BOB); /* not behind what Alice has waiting */
    open_gate(&s, MANY);
    wait_for(&s, &s.ended, MANY + 1);
    end(&s);
}

static void nobody_has_all_threads_that_read(void **state)
{
    Story s;
    Err err = { 0 };

    (void)state;
    begin(&s);
    for (size_t i = 0; i < MANY; i++)
        assert_true(put(&s, FACE_LANE_READ, ALICE, true, &err));
    assert_true(put(&s, FACE_LANE_READ, BOB, false, &err));
    wait_for(&s, &s.ended, 1); /* though nothing of Alice's has ended */
    open_gate(&s, MANY);
    wait_for(&s, &s.ended, MANY + 1);
    end(&s);
}

static void a_lane_does_not_wait_for_another(void **state)
{
    Story s;
    Err err = { 0 };

    (void)state;
    begin(&s);
    for (size_t i = 0; i < MANY; i++)
        assert_true(put(&s, FACE_LANE_HEAVY, ALICE, true, &err));
    assert_true(put(&s, FACE_LANE_READ, ALICE, false, &err));
    wait_for(&s, &s.ended, 1);
    open_gate(&s, MANY);
    end(&s);
    assert_int_equal(s.ended, MANY + 1); /* what waits at the end is worked */
}

static void too_much_of_one_client_is_refused(void **state)
{
    static FaceTask task[1000];
    Story s;
    Err err = { 0 };
    size_t n = 0;

    (void)state;
    begin(&s);
    for (size_t i = 0; i < MANY; i++)
        assert_true(put(&s, FACE_LANE_HEAVY, ALICE, true, &err));
    while (n < LEN(task)) {
        task[n] = (FaceTask){ .work = nothing, .client = ALICE };
        if (!face_lanes_run(s.lanes, FACE_LANE_HEAVY, &task[n], &err))
            break;
        if (++n + MANY > 450)
            break;
    }
    assert_ptr_equal(err.kind, &FACE_BUSY);
    assert_true(put(&s, FACE_LANE_HEAVY, BOB, false, &(Err){ 0 })); /* another is not */
    open_gate(&s, MANY);
    face_lanes_end(s.lanes);
    assert_false(face_lanes_run(s.lanes, FACE_LANE_READ, &task[0], &err));
    end(&s);
}

/* What runs in the server's own threads is named here: who adds a row has to think about it twice. */
static void only_these_are_quick(void **state)
{
    static const char *const quick[] = { "/", "/conformance", "/metrics", "/events", "/processes",
        "/processes/{id}", "/tileMatrixSets", "/tileMatrixSets/{tms}",
        "/collections/{c}/tiles/{tms}/{z}/{y}/{x}", "/app", "/app/{*}" };
    size_t n = 0;

    (void)state;
    for (size_t i = 0; face_doors[i]; i++)
        for (size_t k = 0; k < face_doors[i]->nrow; k++) {
            const FaceRow *row = &face_doors[i]->row[k];
            bool known = false;

            for (size_t q = 0; q < LEN(quick); q++)
                known = known || str_eq(str_of(row->path), str_of(quick[q]));
            if (row->flags & FACE_QUICK && !known)
                fail_msg("%s", row->path);
            n += (row->flags & FACE_QUICK) != 0;
        }
    assert_int_equal(n, LEN(quick));
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(clients_take_turns),
        cmocka_unit_test(nobody_has_all_threads_that_read),
        cmocka_unit_test(a_lane_does_not_wait_for_another),
        cmocka_unit_test(too_much_of_one_client_is_refused),
        cmocka_unit_test(only_these_are_quick),
    };

    return cmocka_run_group_tests(test, NULL, NULL);
}
