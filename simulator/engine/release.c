/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/release.h"

#include "simulator/engine/world_parts.h"

#include <string.h>

typedef enum stage {
    STAGE_BEFORE, /* pre-install */
    STAGE_MEMBER, /* no hook */
    STAGE_AFTER,  /* post-install */
    STAGE_NEVER,  /* a hook of another event */
} stage;

/* A hook or another object of the release. */
typedef struct member {
    mn_world_workload *workload;
    stage stage;
    int64_t weight;
} member;

typedef struct mn_release {
    GArray *members; /* member */
    bool has_hooks;
} mn_release;

static const mn_meta *meta_of(const mn_world_workload *workload)
{
    if (workload->own != NULL)
        return &workload->own->meta;
    return workload->object == NULL ? NULL : &workload->object->meta;
}

static const char *release_name(const mn_meta *meta)
{
    const char *name = mn_labels_find(&meta->annotations, "meta.helm.sh/release-name");
    if (name == NULL)
        name = mn_labels_find(&meta->labels, "app.kubernetes.io/instance");
    if (name == NULL)
        name = mn_labels_find(&meta->labels, "release");
    return name;
}

static bool lists(const char *events, const char *event)
{
    g_auto(GStrv) words = g_strsplit(events, ",", 32);
    for (char **word = words; *word != NULL; word++) {
        if (strcmp(g_strstrip(*word), event) == 0)
            return true;
    }
    return false;
}

static stage stage_of(const mn_meta *meta)
{
    const char *events = mn_labels_find(&meta->annotations, "helm.sh/hook");
    if (events == NULL)
        return STAGE_MEMBER;
    if (lists(events, "pre-install"))
        return STAGE_BEFORE;
    return lists(events, "post-install") ? STAGE_AFTER : STAGE_NEVER;
}

static int64_t weight_of(const mn_meta *meta)
{
    const char *weight = mn_labels_find(&meta->annotations, "helm.sh/hook-weight");
    return weight == NULL ? 0 : g_ascii_strtoll(weight, NULL, 10);
}

static mn_release *find_or_make(mn_world *world, const mn_meta *meta, const char *name)
{
    g_autofree char *key = g_strdup_printf("%s/%s", mn_meta_namespace(meta), name);
    mn_release *known = g_hash_table_lookup(world->releases, key);
    if (known != NULL)
        return known;
    known = MN_ARENA_NEW(world->arena, mn_release, 1);
    known->members = g_array_new(FALSE, FALSE, sizeof(member));
    g_hash_table_insert(world->releases, (gpointer)(uintptr_t)mn_world_text(world, key), known);
    return known;
}

void mn_release_enter(mn_world *world, mn_world_workload *workload)
{
    const mn_meta *meta = meta_of(workload);
    const char *name = meta == NULL ? NULL : release_name(meta);
    const stage s = meta == NULL ? STAGE_MEMBER : stage_of(meta);
    if (workload->release != NULL || (name == NULL && s == STAGE_MEMBER))
        return;
    mn_release *release = find_or_make(world, meta, name == NULL ? "" : name);
    const member one = {.workload = workload, .stage = s, .weight = weight_of(meta)};
    g_array_append_val(release->members, one);
    release->has_hooks = release->has_hooks || s != STAGE_MEMBER;
    workload->release = release;
}

static void touch_all(mn_world *world, const mn_release *release)
{
    for (guint i = 0; i < release->members->len; i++)
        mn_workload_touch(world, g_array_index(release->members, member, i).workload);
}

void mn_release_leave(mn_world *world, mn_world_workload *workload)
{
    mn_release *release = workload->release;
    workload->release = NULL;
    for (guint i = 0; release != NULL && i < release->members->len; i++) {
        if (g_array_index(release->members, member, i).workload != workload)
            continue;
        g_array_remove_index(release->members, i);
        if (release->has_hooks)
            touch_all(world, release);
        return;
    }
}

/* Helm sorts hooks by weight, then kind, then name. */
static bool precedes(const member *a, const member *b)
{
    if (a->stage != b->stage)
        return a->stage < b->stage;
    if (a->weight != b->weight)
        return a->weight < b->weight;
    const int kinds = strcmp(a->workload->kind, b->workload->kind);
    return kinds != 0 ? kinds < 0 : strcmp(a->workload->name, b->workload->name) < 0;
}

static bool is_hook(const member *m)
{
    return m->stage == STAGE_BEFORE || m->stage == STAGE_AFTER;
}

/* Only Jobs and Pods are waited for. */
static bool has_completed(const mn_world_workload *workload)
{
    const bool waits = strcmp(workload->kind, "Job") == 0 || strcmp(workload->kind, "Pod") == 0;
    return !waits || (workload->ended && !workload->failed);
}

static const member *find_member(const mn_world_workload *workload)
{
    const GArray *members = workload->release->members;
    guint i = 0;
    while (g_array_index(members, member, i).workload != workload)
        i++;
    return &g_array_index(members, member, i);
}

bool mn_release_is_left_out(const mn_world_workload *workload)
{
    return workload->release != NULL && find_member(workload)->stage == STAGE_NEVER;
}

bool mn_release_blocks(mn_world *world, mn_world_workload *workload)
{
    if (workload->release == NULL || !workload->release->has_hooks || workload->started)
        return false;
    const member *own = find_member(workload);
    if (own->stage == STAGE_NEVER) {
        workload->remark = "a Helm hook that `helm install` does not run";
        return true;
    }
    const GArray *members = workload->release->members;
    for (guint i = 0; i < members->len; i++) {
        const member *other = &g_array_index(members, member, i);
        if (other == own || !is_hook(other) || has_completed(other->workload))
            continue;
        if (is_hook(own) ? !precedes(other, own) : other->stage != STAGE_BEFORE)
            continue;
        g_autofree char *text = g_strdup_printf("its release waits for the hook %s %s%s",
                                                other->workload->kind,
                                                other->workload->name,
                                                other->workload->failed ? ", which failed" : "");
        workload->remark = mn_world_text(world, text);
        return true;
    }
    return false;
}

void mn_release_look(mn_world *world, mn_world_workload *workload)
{
    if (!workload->ended || workload->told || workload->release == NULL)
        return;
    workload->told = true;
    if (workload->release->has_hooks)
        touch_all(world, workload->release);
}

static void free_release(gpointer key, gpointer value, gpointer data)
{
    (void)key;
    (void)data;
    g_array_unref(((mn_release *)value)->members);
}

void mn_releases_free(mn_world *world)
{
    g_hash_table_foreach(world->releases, free_release, NULL);
    g_hash_table_unref(world->releases);
}
