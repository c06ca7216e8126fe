/* SPDX-License-Identifier: Apache-2.0 */
/* Two buffers: lines go into one while the thread writes the other. */
#include "extender/log.h"

#include "extender/stamp.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    BUFFER_BYTES = 1 << 20,
    GATHER_MS = 5, /* a busy log is written in large pieces */
    WAIT_MS = 100,
    GIVE_UP_MS = 1000,  /* at the end, on a reader that does not read */
    PIECE_BYTES = 4096, /* PIPE_BUF: does not block after POLLOUT */
    FOREIGN_BYTES = 512,
    LINE_BYTES = 512,    /* most are shorter */
    DROPPED_BYTES = 128, /* kept free for the line that says how many were dropped */
};

struct ext_log {
    int fd;
    _Atomic ext_level least;
    pthread_t writer;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    char *buffers[2];
    char *current;    /* one of them; the thread has the other */
    size_t len;       /* in `current` */
    uint64_t dropped; /* since the last line that told */
    _Atomic uint64_t dropped_total;
    atomic_bool closing;
};

/* Waits in poll(), not in write(): it can then be told that the end has come. False
 * when nobody reads and it has. */
static bool write_all(ext_log *log, const char *bytes, size_t len)
{
    int waited_ms = 0;
    while (len > 0) {
        struct pollfd ready = {.fd = log->fd, .events = POLLOUT};
        if (poll(&ready, 1, WAIT_MS) == 0) {
            waited_ms = atomic_load(&log->closing) ? waited_ms + WAIT_MS : 0;
            if (waited_ms >= GIVE_UP_MS)
                return false;
            continue;
        }
        size_t piece = MIN(len, (size_t)PIECE_BYTES);
        ssize_t written = write(log->fd, bytes, piece);
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            return false;
        if (written > 0) {
            bytes += written;
            len -= (size_t)written;
        }
    }
    return true;
}

/* With the lock held: the other buffer becomes current. */
static size_t swap(ext_log *log, const char **full)
{
    *full = log->current;
    size_t len = log->len;
    log->current = log->current == log->buffers[0] ? log->buffers[1] : log->buffers[0];
    log->len = 0;
    return len;
}

static void *write_lines(void *data)
{
    ext_log *log = data;
    pthread_mutex_lock(&log->lock);
    for (;;) {
        while (log->len == 0 && !atomic_load(&log->closing))
            pthread_cond_wait(&log->filled, &log->lock);
        if (log->len == 0)
            break;
        const char *full;
        size_t len = swap(log, &full);
        pthread_mutex_unlock(&log->lock);
        bool written = write_all(log, full, len);
        if (!atomic_load(&log->closing))
            (void)poll(NULL, 0, GATHER_MS);
        pthread_mutex_lock(&log->lock);
        if (!written && atomic_load(&log->closing))
            break;
    }
    pthread_mutex_unlock(&log->lock);
    return NULL;
}

ext_log *ext_log_new(int fd, ext_level least)
{
    ext_log *log = g_new0(ext_log, 1);
    log->fd = fd;
    atomic_init(&log->least, least);
    log->buffers[0] = g_malloc(BUFFER_BYTES);
    log->buffers[1] = g_malloc(BUFFER_BYTES);
    log->current = log->buffers[0];
    pthread_mutex_init(&log->lock, NULL);
    pthread_cond_init(&log->filled, NULL);
    if (pthread_create(&log->writer, NULL, write_lines, log) != 0)
        g_error("log: cannot start a thread");
    return log;
}

void ext_log_free(ext_log *log)
{
    if (log == NULL)
        return;
    pthread_mutex_lock(&log->lock);
    atomic_store(&log->closing, true);
    pthread_cond_signal(&log->filled);
    pthread_mutex_unlock(&log->lock);
    pthread_join(log->writer, NULL);
    pthread_cond_destroy(&log->filled);
    pthread_mutex_destroy(&log->lock);
    g_free(log->buffers[0]);
    g_free(log->buffers[1]);
    g_free(log);
}

void ext_log_set_level(ext_log *log, ext_level least)
{
    atomic_store(&log->least, least);
}

bool ext_log_wants(const ext_log *log, ext_level level)
{
    return level >= atomic_load_explicit(&log->least, memory_order_relaxed);
}

uint64_t ext_log_dropped(ext_log *log)
{
    return atomic_load(&log->dropped_total);
}

void ext_log_begin(mn_json_writer *line, ext_level level, const char *msg)
{
    struct timespec now;
    char time[EXT_STAMP_TEXT];
    clock_gettime(CLOCK_REALTIME, &now);

    mn_json_writer_init(line, MN_JSON_COMPACT);
    mn_json_writer_reserve(line, LINE_BYTES);
    mn_json_begin_object(line);
    mn_json_member_string(
        line, "time", ext_stamp((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, time));
    mn_json_member_string(line, "level", ext_level_names[level]);
    mn_json_member_string(line, "msg", msg);
}

/* With the lock held. */
static void append(ext_log *log, mn_str text)
{
    memcpy(log->current + log->len, text.ptr, text.len);
    log->current[log->len + text.len] = '\n';
    log->len += text.len + 1;
}

static void append_dropped(ext_log *log)
{
    g_auto(mn_json_writer) line;
    ext_log_begin(&line, EXT_WARNING, "log lines dropped");
    mn_json_member_int(&line, "dropped", (int64_t)log->dropped);
    mn_json_end_object(&line);
    append(log, mn_json_writer_text(&line));
    log->dropped = 0;
}

void ext_log_end(ext_log *log, mn_json_writer *line)
{
    mn_json_end_object(line);
    mn_str text = mn_json_writer_text(line);
    pthread_mutex_lock(&log->lock);
    bool was_empty = log->len == 0;
    if (text.len + 1 + DROPPED_BYTES > BUFFER_BYTES - log->len) {
        log->dropped++;
        atomic_fetch_add(&log->dropped_total, 1);
    } else {
        if (log->dropped > 0)
            append_dropped(log);
        append(log, text);
    }
    if (was_empty)
        pthread_cond_signal(&log->filled);
    pthread_mutex_unlock(&log->lock);
}

void ext_log_foreign(mn_json_writer *line, const char *text)
{
    mn_json_str(line, (mn_str){.ptr = text, .len = strnlen(text, FOREIGN_BYTES)});
}

void ext_log_say(ext_log *log, ext_level level, const char *format, ...)
{
    if (!ext_log_wants(log, level))
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *msg = g_strdup_vprintf(format, args);
    va_end(args);
    g_auto(mn_json_writer) line;
    ext_log_begin(&line, level, msg);
    ext_log_end(log, &line);
}
