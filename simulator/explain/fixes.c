/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest fixes: small changes, each tried out on the cluster as it was when kube-scheduler
 * decided. A change counts when the Pod then fits somewhere and would run wherever it fits; for
 * the Pod of a DaemonSet on a wrong node, when there would be none.
 *
 * Changes are tried one by one; two or three together only where fewer will not do.
 */
#include "simulator/engine/os_extender.h"
#include "simulator/explain/edit.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIXES_MAX = 5,
    TOGETHER_MAX = 3,
    GROUPS_MAX = 150,         /* of two or three */
    NODES_ASKED_MAX = 400000, /* by all of them: the time that it takes is bounded */
};

/* A few edits, and what came of them. */
typedef struct trial {
    const mn_edit *edits[TOGETHER_MAX];
    size_t edit_count;
    size_t feasible, good, more;
    bool unmade; /* the DaemonSet would make no Pod for the node */
} trial;

/* What is the same for all trials. */
typedef struct bench {
    mn_ask *ask;
    bool *before; /* by node number: it fitted there as things are */
    size_t numbers;
    size_t fitted;
    GArray *trials; /* that put it right */
    size_t tried;
} bench;

/* ---------------------------------------------------------------- trying */

static const mn_node *node_now(const mn_ask *ask, const char *name)
{
    const mn_node_info *info = mn_snapshot_find(mn_cache_snapshot(ask->cache), name);
    return info == NULL ? NULL : info->node;
}

/* What was there, so that it can be put back; NULL: nothing was. */
static const mn_node **put_nodes(const mn_ask *ask, const mn_edit *edit)
{
    const mn_node **old = MN_ARENA_NEW(ask->arena, const mn_node *, edit->node_count);
    for (size_t i = 0; i < edit->node_count; i++)
        old[i] = node_now(ask, edit->nodes[i]->meta.name);
    for (size_t i = 0; i < edit->node_count; i++)
        mn_cache_add_node(ask->cache, edit->nodes[i]);
    return old;
}

static void put_back(const mn_ask *ask, const mn_edit *edit, const mn_node *const *old)
{
    for (size_t i = 0; i < edit->node_count; i++) {
        if (old[i] == NULL)
            mn_cache_remove_node(ask->cache, edit->nodes[i]->meta.name);
        else
            mn_cache_add_node(ask->cache, old[i]);
    }
}

/* The profile with the built-in policy enforcing, instead of what it did. */
static const mn_profile *enforcing(const mn_ask *ask)
{
    const mn_profile *old = ask->profile;
    mn_profile *profile = MN_ARENA_NEW(ask->arena, mn_profile, 1);
    const mn_extender **list =
        MN_ARENA_NEW(ask->arena, const mn_extender *, old->extender_count + 1);
    size_t count = 0;
    list[count++] = mn_os_extender_new(ask->arena, ask->scenario, MN_EXTENDER_ENFORCE);
    for (size_t i = 0; i < old->extender_count; i++) {
        if (strcmp(old->extenders[i]->name, list[0]->name) != 0)
            list[count++] = old->extenders[i];
    }
    *profile = *old;
    profile->extenders = list;
    profile->extender_count = count;
    return profile;
}

static const mn_pod *waiting(const mn_ask *ask)
{
    mn_pod *pod = MN_ARENA_NEW(ask->arena, mn_pod, 1);
    *pod = *ask->asked->pod;
    pod->status.nominated_node_name = NULL;
    return pod;
}

static void count_nodes(const bench *b, mn_node_run run, const mn_pod *pod, trial *t)
{
    g_autoptr(mn_candidate_pod) candidate = mn_candidate_pod_new(b->ask, pod);
    for (size_t i = 0; i < run.count; i++) {
        const mn_node_info *node = run.nodes[i];
        const mn_kubelet_answer answer = mn_candidate_pod_ask(candidate, node->node);
        t->good += mn_answer_is_good(&answer);
        t->more += node->number >= b->numbers || !b->before[node->number];
    }
    t->feasible = run.count;
}

static void try_it(bench *b, trial *t)
{
    const mn_ask *ask = b->ask;
    const mn_pod *pod = waiting(ask);
    const mn_profile *profile = ask->profile;
    const mn_node **old[TOGETHER_MAX] = {NULL};
    b->tried++;
    for (size_t i = 0; i < t->edit_count; i++) {
        const mn_edit *edit = t->edits[i];
        if (edit->apply != NULL)
            pod = edit->apply(ask->arena, pod, edit);
        if (edit->enforce)
            profile = enforcing(ask);
        old[i] = put_nodes(ask, edit);
    }
    g_autoptr(mn_scheduler) scheduler = mn_scheduler_new(ask->cache, profile, ask->how);
    count_nodes(b, mn_scheduler_find_all(scheduler, pod), pod, t);
    for (size_t i = t->edit_count; i-- > 0;)
        put_back(ask, t->edits[i], old[i]);
}

/* Its controller looks at selectors and taints before it makes a Pod. */
static bool is_unmade(const bench *b, const trial *t)
{
    return strcmp(b->ask->out->kind, "DaemonSet") == 0 && b->fitted > 0 && t->feasible == 0 &&
           t->edit_count == 1 &&
           (t->edits[0]->subject == MN_EDIT_OS_SELECTOR || t->edits[0]->taint != NULL);
}

static bool puts_it_right(const trial *t)
{
    return t->unmade || (t->feasible > 0 && t->good == t->feasible);
}

/* Edits of one subject exclude each other. */
static bool go_together(const trial *t)
{
    for (size_t i = 0; i < t->edit_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (t->edits[i]->subject == t->edits[j]->subject)
                return false;
        }
    }
    return true;
}

/* Those on the Pod first, so that they can be told together. */
static void fill(trial *t, const GArray *edits, const size_t *places)
{
    size_t count = 0;
    for (int on_pod = 1; on_pod >= 0; on_pod--) {
        for (size_t i = 0; i < t->edit_count; i++) {
            const mn_edit *edit = &g_array_index(edits, mn_edit, places[i]);
            if (edit->on_pod == (on_pod == 1))
                t->edits[count++] = edit;
        }
    }
}

/* The next choice of `count` out of `among` places, ascending. False: that was the last. */
static bool next_choice(size_t *places, size_t count, size_t among)
{
    for (size_t i = count; i-- > 0;) {
        if (places[i] + count - i >= among)
            continue;
        places[i]++;
        for (size_t j = i + 1; j < count; j++)
            places[j] = places[j - 1] + 1;
        return true;
    }
    return false;
}

static void try_together(bench *b, const GArray *edits, size_t count, size_t most)
{
    size_t places[TOGETHER_MAX] = {0, 1, 2}, groups = 0;
    if (edits->len < count)
        return;
    do {
        trial t = {.edit_count = count};
        fill(&t, edits, places);
        if (!go_together(&t))
            continue;
        groups++;
        try_it(b, &t);
        t.unmade = is_unmade(b, &t);
        if (puts_it_right(&t))
            g_array_append_val(b->trials, t);
    } while (groups < most && next_choice(places, count, edits->len));
}

static void try_all(bench *b, const GArray *edits)
{
    const size_t nodes = MAX(b->ask->out->node_count, (size_t)1);
    try_together(b, edits, 1, edits->len);
    for (size_t count = 2; count <= TOGETHER_MAX && b->trials->len == 0; count++)
        try_together(b, edits, count, MIN((size_t)GROUPS_MAX, NODES_ASKED_MAX / nodes));
}

/* ---------------------------------------------------------------- what others lose */

/* Whether Pods of that kind run on nodes of that kind: asked once for each. */
typedef struct neighbours {
    const mn_ask *ask;
    const mn_edit *edit;
    const mn_extender *extender;
    GHashTable *known; /* "containers class platform" -> 1 + whether it would be sent away */
    size_t losers;
} neighbours;

static bool runs_there(const mn_ask *ask, const mn_pod *pod, const mn_node *node)
{
    const mn_kubelet kubelet = {
        .arena = ask->arena,
        .truth = &ask->truth,
        .node = node,
        .offer = mn_os_offer_of(&ask->truth.policy, node),
    };
    mn_os_need need;
    mn_truth_need(&ask->truth, &pod->meta, &pod->spec, ask->findings, &need);
    const mn_kubelet_answer answer = mn_kubelet_run(&kubelet, pod, &need);
    return mn_answer_is_good(&answer);
}

static bool extender_objects(const mn_extender *extender, const mn_pod *pod,
                             const mn_node_info *node)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GPtrArray) kept = g_ptr_array_new(), objects = g_ptr_array_new();
    g_autoptr(GArray) failures = g_array_new(FALSE, FALSE, sizeof(mn_extender_failure));
    mn_extender_answer answer = {
        .kept = kept, .objects = objects, .failures = failures, .arena = arena};
    return extender->filter(extender, pod, &node, 1, &answer, NULL) && kept->len == 0;
}

static bool would_lose(const neighbours *n, const mn_pod *pod, const mn_node_info *node)
{
    const mn_taint *taint = n->edit->taint;
    if (taint != NULL && mn_tolerations_tolerate(&pod->spec.tolerations, taint))
        return false;
    if (n->extender != NULL && !extender_objects(n->extender, pod, node))
        return false;
    return runs_there(n->ask, pod, node->node);
}

static void meet(neighbours *n, const mn_pod_info *pod, const mn_node_info *node)
{
    if (mn_pod_is_same(pod->pod, n->ask->asked->pod))
        return;
    const mn_os_offer offer = mn_os_offer_of(&n->ask->truth.policy, node->node);
    g_autofree char *key = g_strdup_printf("%p %u %" G_GINT64_MODIFIER "x",
                                           (const void *)pod->pod->spec.containers.items,
                                           (unsigned)pod->class_->id,
                                           mn_os_offer_key(&offer));
    size_t known = GPOINTER_TO_SIZE(g_hash_table_lookup(n->known, key));
    if (known == 0) {
        known = 1 + (size_t)would_lose(n, pod->pod, node);
        g_hash_table_insert(n->known, g_steal_pointer(&key), GSIZE_TO_POINTER(known));
    }
    n->losers += known - 1;
}

static void visit(neighbours *n, const mn_node_info *node)
{
    for (size_t i = 0; node != NULL && i < mn_node_info_pod_count(node); i++)
        meet(n, mn_node_info_pod(node, i), node);
}

static size_t count_losers(const mn_ask *ask, const mn_edit *edit)
{
    const mn_snapshot *snapshot = mn_cache_snapshot(ask->cache);
    if (edit->taint == NULL && !edit->enforce)
        return 0;
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    neighbours n = {.ask = ask, .edit = edit, .known = known};
    if (edit->enforce)
        n.extender = mn_os_extender_new(ask->arena, ask->scenario, MN_EXTENDER_ENFORCE);
    for (size_t i = 0; edit->taint != NULL && i < edit->node_count; i++)
        visit(&n, mn_snapshot_find(snapshot, edit->nodes[i]->meta.name));
    for (size_t i = 0; edit->enforce && i < snapshot->count; i++)
        visit(&n, snapshot->nodes[i]);
    return n.losers;
}

/* ---------------------------------------------------------------- telling */

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static const char *effect_text(const bench *b, const trial *t)
{
    mn_arena *arena = b->ask->arena;
    if (t->unmade)
        return "no Pod is made for such a node any more";
    if (b->fitted == 0 && t->feasible == 1)
        return "fits 1 node, and runs there";
    if (b->fitted == 0)
        return mn_arena_printf(arena, "fits %zu nodes, and runs on each", t->feasible);
    if (t->more == 1 && t->feasible == 1)
        return "fits 1 other node, and runs there";
    if (t->more == t->feasible)
        return mn_arena_printf(
            arena, "fits %zu other node%s, and runs on each", t->more, plural(t->more));
    if (t->more > 0)
        return mn_arena_printf(arena,
                               "fits %zu node%s, %zu of them new, and runs on each",
                               t->feasible,
                               plural(t->feasible),
                               t->more);
    if (t->feasible == 1)
        return "1 node left, and it runs there";
    return mn_arena_printf(arena, "%zu nodes left, and it runs on each", t->feasible);
}

static const char *price_text(const mn_ask *ask, const trial *t, size_t losers)
{
    bool cluster = false;
    for (size_t i = 0; i < t->edit_count; i++)
        cluster = cluster || t->edits[i]->taint != NULL || t->edits[i]->enforce;
    if (!cluster)
        return "";
    if (losers == 0)
        return "no other Pod loses its place";
    return mn_arena_printf(ask->arena,
                           "%zu other Pod%s that run%s now would not be placed there again",
                           losers,
                           plural(losers),
                           losers == 1 ? "s" : "");
}

/* Where a workload of that kind has the spec of its Pods. */
static const struct frame {
    const char *kind, *word;
    const char *path[5]; /* ended by NULL */
} frames[] = {
    {"CronJob", "cronjob", {"spec", "jobTemplate", "spec", "template", "spec"}},
    {"DaemonSet", "daemonset", {"spec", "template", "spec"}},
    {"Deployment", "deployment", {"spec", "template", "spec"}},
    {"StatefulSet", "statefulset", {"spec", "template", "spec"}},
};

static size_t path_length(const struct frame *frame)
{
    size_t length = 0;
    while (length < G_N_ELEMENTS(frame->path) && frame->path[length] != NULL)
        length++;
    return length;
}

/* "" for kinds whose Pods cannot be changed this way. */
static const char *patch_command(const mn_ask *ask, const char *patch)
{
    const mn_explained *out = ask->out;
    for (size_t i = 0; i < G_N_ELEMENTS(frames); i++) {
        const struct frame *frame = &frames[i];
        if (strcmp(frame->kind, out->kind) != 0)
            continue;
        g_autofree char *quoted =
            g_shell_quote(mn_patch_at(ask->arena, frame->path, path_length(frame), patch));
        return mn_arena_printf(ask->arena,
                               "kubectl patch %s %s -n %s -p %s",
                               frame->word,
                               out->owner,
                               out->namespace_,
                               quoted);
    }
    return "";
}

static const char *command_of(const mn_ask *ask, const mn_edit *edit)
{
    if (edit->command != NULL)
        return edit->command;
    return edit->patch == NULL ? "" : patch_command(ask, edit->patch);
}

static int touch_of(const trial *t)
{
    int touch = 0;
    for (size_t i = 0; i < t->edit_count; i++)
        touch += t->edits[i]->touch;
    return touch;
}

static mn_explained_fix fix_of(const bench *b, const trial *t)
{
    const mn_ask *ask = b->ask;
    const mn_explained *out = ask->out;
    g_autoptr(GString) what = g_string_new(NULL), command = g_string_new(NULL);
    mn_explained_fix fix = {.touch = touch_of(t),
                            .feasible = t->feasible,
                            .more = t->more,
                            .effect = effect_text(b, t)};
    for (size_t i = 0; i < t->edit_count; i++) {
        const mn_edit *edit = t->edits[i];
        const char *line = command_of(ask, edit);
        g_string_append_printf(what,
                               "%s%s",
                               i == 0                   ? ""
                               : i + 1 == t->edit_count ? " and "
                                                        : ", ",
                               edit->what);
        if (edit->on_pod && (i + 1 == t->edit_count || !t->edits[i + 1]->on_pod))
            g_string_append_printf(what, " on %s %s/%s", out->kind, out->namespace_, out->owner);
        if (*line != '\0')
            g_string_append_printf(command, "%s%s", command->len == 0 ? "" : " && ", line);
        fix.losers += count_losers(ask, edit);
    }
    fix.what = mn_arena_strdup(ask->arena, what->str);
    fix.command = mn_arena_strdup(ask->arena, command->str);
    fix.price = price_text(ask, t, fix.losers);
    return fix;
}

static int by_touch(gconstpointer a, gconstpointer b)
{
    const trial *one = a, *other = b;
    if (touch_of(one) != touch_of(other))
        return touch_of(one) - touch_of(other);
    return one->feasible > other->feasible ? -1 : one->feasible < other->feasible;
}

/* ---------------------------------------------------------------- the whole */

static bool measure_before(bench *b)
{
    const mn_ask *ask = b->ask;
    g_autoptr(mn_scheduler) scheduler = mn_scheduler_new(ask->cache, ask->profile, ask->how);
    const mn_pod *pod = waiting(ask);
    const mn_node_run run = mn_scheduler_find_all(scheduler, pod);
    b->numbers = mn_cache_snapshot(ask->cache)->number_count;
    b->before = g_new0(bool, b->numbers + 1);
    b->fitted = run.count;
    trial now = {.edit_count = 0};
    count_nodes(b, run, pod, &now);
    for (size_t i = 0; i < run.count; i++) {
        if (run.nodes[i]->number < b->numbers)
            b->before[run.nodes[i]->number] = true;
    }
    return puts_it_right(&now);
}

void mn_explain_fixes(mn_ask *ask)
{
    g_autoptr(GArray) edits = g_array_new(FALSE, FALSE, sizeof(mn_edit));
    g_autoptr(GArray) trials = g_array_new(FALSE, FALSE, sizeof(trial));
    bench b = {.ask = ask, .trials = trials};
    const bool fine = measure_before(&b);
    if (!fine) {
        mn_edits_of_pod(ask, edits);
        mn_edits_of_cluster(ask, edits);
        try_all(&b, edits);
    }
    ask->out->tried = b.tried;
    g_free(b.before);
    g_array_sort(trials, by_touch);
    const size_t count = MIN(trials->len, (guint)FIXES_MAX);
    mn_explained_fix *fixes = MN_ARENA_NEW(ask->arena, mn_explained_fix, count);
    for (size_t i = 0; i < count; i++)
        fixes[i] = fix_of(&b, &g_array_index(trials, trial, i));
    ask->out->fixes = fixes;
    ask->out->fix_count = count;
}
