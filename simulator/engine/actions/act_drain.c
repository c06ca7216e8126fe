/* SPDX-License-Identifier: Apache-2.0 */
/* drain: cordon, then evict what is on the nodes, one node after the other.
 *
 *     cordoned -> look (kubectl's filters) -> evict all -+-> refused: again after 5 s
 *                                                        +-> wait until the last one is gone
 *
 * Source: k8s.io/kubectl/pkg/drain (drain.go, filters.go). kubectl asks once a second whether a
 * Pod is gone. A drain that nothing but a disruption budget holds up is no reason for a run to
 * go on for ever: after ten minutes without a change it goes on in the background, and after an
 * hour it asks once a minute.
 */
#include "simulator/engine/actions/act.h"
#include "simulator/scenario/duration.h"

#include <string.h>

enum {
    RETRY_MS = 5000,
    POLL_MS = 1000,
    PATIENCE_MS = 10 * 60 * 1000,
    SLOW_AFTER_MS = 60 * 60 * 1000,
    SLOW_MS = 60 * 1000,
};

/* A Pod is known by its number: another one may get its name. */
typedef struct leaver {
    char *namespace_, *name;
    uint64_t number;
    bool going;       /* evicted, and not gone yet */
    const char *told; /* the refusal that was told last */
} leaver;

typedef struct drain {
    mn_act *act;
    GPtrArray *nodes; /* names */
    guint node;
    GArray *leavers;
    int64_t began_ms, progress_ms; /* of this node */
} drain;

static void clear_leaver(gpointer data)
{
    leaver *l = data;
    g_free(l->namespace_);
    g_free(l->name);
}

void mn_act_free_drain(gpointer data)
{
    drain *d = data;
    g_ptr_array_unref(d->nodes);
    g_array_unref(d->leavers);
    g_free(d);
}

/* ---- which Pods go */

typedef enum verdict { GOES, STAYS, SKIPPED, FATAL } verdict;

/* What kubectl says of a Pod, the last filter's word counting. */
typedef struct filtered {
    verdict verdict;
    const char *message;
} filtered;

static bool has_empty_dir(const mn_pod_spec *spec)
{
    for (size_t i = 0; i < spec->volumes.count; i++) {
        if (spec->volumes.items[i].empty_dir != NULL)
            return true;
    }
    return false;
}

static filtered filter(const mn_drain *flags, const mn_world_pod *pod)
{
    const mn_owner_reference *owner = mn_meta_controller(&pod->pod->meta);
    if (owner != NULL && g_strcmp0(owner->kind, "DaemonSet") == 0 && !pod->finished)
        return flags->ignore_daemon_sets
                   ? (filtered){STAYS, "ignoring DaemonSet-managed Pods"}
                   : (filtered){FATAL,
                                "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"};
    if (mn_labels_find(&pod->pod->meta.annotations, "kubernetes.io/config.mirror") != NULL)
        return (filtered){.verdict = SKIPPED};
    /* That emptyDirs are lost is only told when nothing else is. */
    if (has_empty_dir(&pod->pod->spec) && !pod->finished && !flags->delete_empty_dir_data)
        return (filtered){FATAL,
                          "Pods with local storage (use --delete-emptydir-data to override)"};
    if (owner != NULL || pod->finished)
        return (filtered){.verdict = GOES};
    if (!flags->force)
        return (filtered){FATAL, "Pods that declare no controller (use --force to override)"};
    return (filtered){GOES, "deleting Pods that declare no controller"};
}

/* "message: ns/a, ns/b", one entry a message, in order of first appearance. */
typedef struct messages {
    const char *texts[4];
    GString *pods[4];
    size_t count;
} messages;

static void add_message(messages *m, const char *text, const mn_world_pod *pod)
{
    size_t i = 0;
    while (i < m->count && strcmp(m->texts[i], text) != 0)
        i++;
    if (i == m->count) {
        m->texts[m->count] = text;
        m->pods[m->count++] = g_string_new(NULL);
    }
    g_string_append_printf(m->pods[i],
                           "%s%s/%s",
                           m->pods[i]->len == 0 ? "" : ", ",
                           mn_meta_namespace(&pod->pod->meta),
                           pod->pod->meta.name);
}

/* Empties the list. */
static char *join_messages(messages *m, const char *before, const char *separator)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < m->count; i++) {
        g_string_append_printf(
            text, "%s%s%s: %s", i == 0 ? "" : separator, before, m->texts[i], m->pods[i]->str);
        g_string_free(m->pods[i], TRUE);
    }
    m->count = 0;
    return g_string_free(text, FALSE);
}

static void add_leaver(drain *d, const mn_world_pod *pod)
{
    const leaver l = {
        .namespace_ = g_strdup(mn_meta_namespace(&pod->pod->meta)),
        .name = g_strdup(pod->pod->meta.name),
        .number = pod->number,
    };
    g_array_append_val(d->leavers, l);
}

/* False: kubectl refuses to drain this node. */
static bool look(drain *d, const mn_world_node *node)
{
    const mn_drain *flags = &d->act->action->drain;
    messages warnings = {.count = 0}, faults = {.count = 0};
    for (const mn_world_pod *pod = node->pods; pod != NULL; pod = pod->on_node.next) {
        if (flags->pod_selector != NULL &&
            !mn_label_selector_matches(flags->pod_selector, &pod->pod->meta.labels))
            continue;
        const filtered f = filter(flags, pod);
        if (f.verdict == GOES)
            add_leaver(d, pod);
        if (f.message != NULL)
            add_message(f.verdict == FATAL ? &faults : &warnings, f.message, pod);
    }
    bool several = faults.count > 1, refused = faults.count > 0;
    g_autofree char *warning = join_messages(&warnings, "", "; ");
    g_autofree char *fault = join_messages(&faults, "cannot delete ", ", ");
    if (refused)
        return mn_act_fail(d->act,
                           "error: unable to drain node \"%s\" due to error: %s%s%s",
                           node->node->meta.name,
                           several ? "[" : "",
                           fault,
                           several ? "]" : "");
    if (*warning != '\0')
        mn_act_say(d->act, "Warning: %s", warning);
    return true;
}

/* ---- one after the other */

static void tick(void *context, void *data);

static mn_world_pod *pod_of(const drain *d, const leaver *l)
{
    mn_world_pod *pod = mn_world_find_pod(d->act->world, l->namespace_, l->name);
    return pod != NULL && pod->number == l->number ? pod : NULL;
}

static void say_refusal(drain *d, leaver *l, const char *refusal)
{
    if (g_strcmp0(l->told, refusal) == 0)
        return;
    l->told = refusal;
    mn_act_say(d->act,
               "error when evicting pods/\"%s\" -n \"%s\" (will retry after 5s): %s",
               l->name,
               l->namespace_,
               refusal);
}

static void try_to_evict(drain *d, leaver *l, mn_world_pod *pod)
{
    const mn_action *action = d->act->action;
    const char *refusal = NULL;
    if (l->told == NULL && !action->drain.disable_eviction)
        mn_act_say(d->act, "evicting pod %s/%s", l->namespace_, l->name);
    l->going = true;
    if (action->drain.disable_eviction)
        mn_world_delete_pod(d->act->world, pod, MN_DEPARTS_DELETED, action->grace_period_s);
    else
        l->going = mn_world_evict(d->act->world, pod, action->grace_period_s, &refusal);
    if (l->going)
        d->progress_ms = d->act->world->now_ms;
    else
        say_refusal(d, l, refusal);
}

/* Asks for all that was refused, when it is time to, and counts who is still there. */
static size_t pass(drain *d, bool retry, bool *refused)
{
    size_t left = 0;
    for (guint i = 0; i < d->leavers->len; i++) {
        leaver *l = &g_array_index(d->leavers, leaver, i);
        if (l->name == NULL)
            continue;
        mn_world_pod *pod = pod_of(d, l);
        if (pod != NULL && !l->going && retry) {
            try_to_evict(d, l, pod);
            pod = pod_of(d, l);
        }
        left += pod != NULL;
        *refused = *refused || (pod != NULL && !l->going);
        if (pod != NULL)
            continue;
        mn_act_say(d->act,
                   "pod/%s %s",
                   l->name,
                   d->act->action->drain.disable_eviction ? "deleted" : "evicted");
        d->progress_ms = d->act->world->now_ms;
        clear_leaver(l);
        l->name = l->namespace_ = NULL;
    }
    return left;
}

/* kubectl gives up, prints why, and leaves the node cordoned: the timeline goes on. */
static bool gives_up(drain *d)
{
    const int64_t timeout_ms = d->act->action->drain.timeout_ms;
    if (timeout_ms == 0 || d->act->world->now_ms - d->began_ms < timeout_ms)
        return false;
    g_autofree char *text = mn_duration_format(timeout_ms);
    for (guint i = 0; i < d->leavers->len; i++) {
        const leaver *l = &g_array_index(d->leavers, leaver, i);
        if (l->name != NULL)
            mn_act_say(d->act,
                       "error when evicting pods/\"%s\" -n \"%s\": global timeout reached: %s",
                       l->name,
                       l->namespace_,
                       text);
    }
    mn_act_say(
        d->act, "error: unable to drain node \"%s\"", (const char *)d->nodes->pdata[d->node]);
    return true;
}

static void begin_node(drain *d)
{
    mn_world *world = d->act->world;
    for (; d->node < d->nodes->len; d->node++) {
        const mn_world_node *node = mn_world_find_node(world, d->nodes->pdata[d->node]);
        if (node == NULL)
            continue; /* it has gone since */
        g_array_set_size(d->leavers, 0);
        d->began_ms = d->progress_ms = world->now_ms;
        if (look(d, node))
            mn_act_later(d->act, 0, false, tick, d);
        return;
    }
}

static void tick(void *context, void *data)
{
    drain *d = data;
    const int64_t now_ms = d->act->world->now_ms, waited_ms = now_ms - d->progress_ms;
    const int64_t retry_ms = waited_ms < SLOW_AFTER_MS ? RETRY_MS : SLOW_MS;
    bool refused = false;
    (void)context;
    size_t left = pass(d, (now_ms - d->began_ms) % retry_ms == 0, &refused);
    if (left == 0) {
        mn_act_say(d->act, "node/%s drained", (const char *)d->nodes->pdata[d->node]);
        d->node++;
        begin_node(d);
        return;
    }
    if (gives_up(d)) {
        d->node++;
        begin_node(d);
        return;
    }
    bool background = refused && waited_ms >= PATIENCE_MS;
    int64_t wait_ms =
        waited_ms >= SLOW_AFTER_MS ? SLOW_MS - (now_ms - d->began_ms) % SLOW_MS : POLL_MS;
    mn_act_later(d->act, wait_ms, background, tick, d);
}

bool mn_act_drain(mn_act *act)
{
    g_autoptr(GArray) nodes = mn_act_find(act, false);
    if (nodes == NULL)
        return false;
    drain *d = g_new0(drain, 1);
    *d = (drain){
        .act = act,
        .nodes = g_ptr_array_new(),
        .leavers = g_array_new(FALSE, FALSE, sizeof(leaver)),
    };
    g_array_set_clear_func(d->leavers, clear_leaver);
    g_ptr_array_add(act->actions->drains, d);
    for (guint i = 0; i < nodes->len; i++) {
        mn_world_node *node = g_array_index(nodes, mn_found, i).node;
        bool changed = mn_act_set_cordon(act, node, true);
        mn_act_say(act, "node/%s %scordoned", node->node->meta.name, changed ? "" : "already ");
        g_ptr_array_add(d->nodes, (gpointer)(uintptr_t)node->node->meta.name);
    }
    begin_node(d);
    return act->world->error == NULL;
}
