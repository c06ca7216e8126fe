/* SPDX-License-Identifier: Apache-2.0 */
/* A ring with a lock a slot: two requests meet at one only when the ring has gone round, so
 * nobody waits but for somebody who is reading that very record. */
#include "extender/recent.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

typedef struct slot {
    pthread_mutex_t lock;
    uint64_t number; /* of the record, from 1; 0: none yet */
    ext_record record;
} slot;

struct ext_recent {
    size_t count;
    _Atomic uint64_t next; /* records so far */
    slot slots[];
};

ext_recent *ext_recent_new(size_t count)
{
    ext_recent *recent = g_malloc0(sizeof *recent + count * sizeof(slot));
    recent->count = count;
    for (size_t i = 0; i < count; i++)
        pthread_mutex_init(&recent->slots[i].lock, NULL);
    return recent;
}

void ext_recent_free(ext_recent *recent)
{
    if (recent == NULL)
        return;
    for (size_t i = 0; i < recent->count; i++)
        pthread_mutex_destroy(&recent->slots[i].lock);
    g_free(recent);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void fill_groups(ext_record *record, const ext_decision *decision)
{
    record->group_count = record->groups_left_out = 0;
    for (size_t i = 0; i < decision->by_class.count; i++) {
        if (decision->counts[i] == 0)
            continue;
        if (record->group_count == EXT_RECENT_GROUPS) {
            record->groups_left_out++;
            continue;
        }
        record->groups[record->group_count++] =
            (ext_group){.offer = decision->classes->offers[i],
                        .verdict = decision->by_class.verdicts[i],
                        .nodes = decision->counts[i]};
    }
}

static void fill(ext_record *record, const ext_answered *answered)
{
    const ext_decision *decision = answered->decision;
    const mn_meta *pod = &decision->pod->meta;
    record->at_ms = now_ms();
    record->took_us = answered->took_us;
    record->verb = decision->verb;
    record->mode = answered->mode;
    record->exempt = decision->exempt;
    record->trust = decision->trust;
    record->conflict = decision->need.conflict;
    record->need = decision->need.kind;
    record->nodes_in = (uint32_t)decision->args.count;
    record->nodes_out = (uint32_t)answered->tally->out;
    record->failed = answered->failed;
    fill_groups(record, decision);
    (void)g_strlcpy(record->pod, mn_meta_namespace(pod), sizeof record->pod);
    (void)g_strlcat(record->pod, "/", sizeof record->pod);
    (void)g_strlcat(record->pod, pod->name != NULL ? pod->name : "", sizeof record->pod);
    (void)g_strlcpy(record->uid, pod->uid != NULL ? pod->uid : "", sizeof record->uid);
    (void)g_strlcpy(record->why, answered->why, sizeof record->why);
}

void ext_recent_add(ext_recent *recent, const ext_answered *answered)
{
    if (recent->count == 0)
        return;
    uint64_t number = atomic_fetch_add(&recent->next, 1);
    slot *place = &recent->slots[number % recent->count];
    pthread_mutex_lock(&place->lock);
    place->number = number + 1;
    fill(&place->record, answered);
    pthread_mutex_unlock(&place->lock);
}

/* A copy, so that nobody waits while it is looked at. */
static bool copy(slot *place, uint64_t number, const char *pod, ext_record *out)
{
    pthread_mutex_lock(&place->lock);
    bool wanted = place->number == number && (pod == NULL || strcmp(place->record.pod, pod) == 0);
    if (wanted)
        *out = place->record;
    pthread_mutex_unlock(&place->lock);
    return wanted;
}

void ext_recent_each(ext_recent *recent, const char *pod, ext_recent_fn each, void *data)
{
    const uint64_t last = atomic_load(&recent->next);
    ext_record record;
    for (uint64_t back = 0; back < recent->count && back < last; back++) {
        const uint64_t number = last - back;
        slot *place = &recent->slots[(number - 1) % recent->count];
        if (copy(place, number, pod, &record) && !each(&record, data))
            return;
    }
}
