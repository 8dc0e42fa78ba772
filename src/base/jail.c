/* src/base/jail.c - a child process that reads files from outside shuts itself in: memory, time, no writing, no network, no
 * other program. A fault in a reader's library is then an error message, nothing more.
 */
#include "base/base.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif
#ifndef WATCHED
#define WATCHED 0 /* the sanitizer's own map needs terabytes of addresses */
#endif

static void limit(int what, uint64_t most)
{
    const struct rlimit r = { most, most };

    (void)setrlimit(what, &r);
}

#if defined(__x86_64__)
#define OURS AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OURS AUDIT_ARCH_AARCH64
#else
#define OURS 0
#endif
#define DENY(call)                                          \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA))

/* No network and no other program: the calls themselves are refused, for whoever we run as. */
static bool deny_calls(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OURS, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), /* x32 */
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA)),
        DENY(socket),
        DENY(connect),
        DENY(bind),
        DENY(listen),
        DENY(sendto),
        DENY(sendmsg),
        DENY(execve),
        DENY(execveat),
        DENY(ptrace),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = { LEN(filter), filter };

    return OURS && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

void jail_enter(uint64_t memory, unsigned cpu_seconds)
{
    limit(RLIMIT_CPU, cpu_seconds);
    limit(RLIMIT_FSIZE, 0); /* not a byte is written to a file */
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 256);
    if (!WATCHED)
        limit(RLIMIT_AS, memory);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!deny_calls() &&
        unshare(CLONE_NEWNET)) /* where the filter cannot be had, a network of its own: an empty one */
        (void)!unshare(CLONE_NEWUSER | CLONE_NEWNET);
}
