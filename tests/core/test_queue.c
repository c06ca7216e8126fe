/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/sched/queue.h"
#include "tests/support/expect.h"
#include "tests/support/world.h"

#include <string.h>

#define POD(name, rest)                                                         \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name "}, spec: {" rest \
    "containers: [{name: c, image: i, resources: {requests: {cpu: 500m}}}]}}\n"
#define LABELLED(name, labels, rest)                                                      \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name ", labels: {" labels "}}, " \
    "spec: {" rest "containers: [{name: c, image: i}]}}\n"
#define NODE(name, labels, cpu, spec)                                                      \
    "---\n{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {" labels "}}, " \
    "spec: {" spec "}, status: {allocatable: {cpu: " cpu ", memory: 8Gi, pods: 10}}}\n"

/* ------------------------------------------------------------------ support */

typedef struct line {
    world *w;
    mn_queue *queue;
} line;

static line *line_new(const char *text)
{
    line *l = g_new0(line, 1);
    l->w = world_new(text);
    l->queue = mn_queue_new(l->w->cache, l->w->profile, &(mn_queue_options){0});
    return l;
}

static void line_free(line *l)
{
    mn_queue_free(l->queue);
    world_free(l->w);
    g_free(l);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(line, line_free)

static void add(line *l, const char *pod, int64_t now_ms)
{
    mn_queue_add(l->queue, world_pod(l->w, pod), l->w->profile, 0, now_ms);
}

static uint32_t bit_of(const char *plugin)
{
    return strcmp(plugin, "Extender") == 0 ? MN_REJECTED_BY_EXTENDER
                                           : 1U << mn_plugin_find(plugin)->index;
}

/* Pops, and says no; "" is an error. */
static void reject(line *l, const char *want, const char *plugin, int64_t now_ms)
{
    mn_queued_pod *entry = mn_queue_pop(l->queue, now_ms);
    EXPECT_TRUE(entry != NULL);
    if (entry == NULL)
        return;
    EXPECT_STR(entry->pod->meta.name, want);
    mn_queue_reject(l->queue, entry, *plugin == '\0' ? 0 : bit_of(plugin), now_ms);
}

/* Everybody who is tried now, and placed: "a b ". */
static void expect_popped(line *l, int64_t now_ms, const char *want)
{
    g_autoptr(GString) got = g_string_new(NULL);
    mn_queued_pod *entry = mn_queue_pop(l->queue, now_ms);
    for (; entry != NULL; entry = mn_queue_pop(l->queue, now_ms)) {
        g_string_append_printf(got, "%s ", entry->pod->meta.name);
        mn_queue_done(l->queue, entry);
    }
    EXPECT_STR(got->str, want);
}

static void expect_waits(line *l, const char *pod, mn_queue_place want)
{
    const mn_queued_pod *entry = mn_queue_find(l->queue, world_pod(l->w, pod));
    EXPECT_TRUE(entry != NULL);
    if (entry != NULL)
        EXPECT_INT(entry->place, want);
}

static const mn_node *node_of(const line *l, const char *name)
{
    const GPtrArray *nodes = l->w->objects->nodes;
    for (guint i = 0; i < nodes->len; i++) {
        const mn_node *node = nodes->pdata[i];
        if (name != NULL && strcmp(node->meta.name, name) == 0)
            return node;
    }
    return NULL;
}

static const mn_pod *pod_of(const line *l, const char *name)
{
    return name == NULL ? NULL : world_pod(l->w, name);
}

/* ------------------------------------------------------------------ order */

static void higher_priority_goes_first_then_who_came_first(void)
{
    g_autoptr(line) l = line_new(POD("a", "") POD("b", "priority: 10, ") POD("c", "priority: -1, ")
                                     POD("d", "") POD("e", "priority: 10, "));
    add(l, "a", 0);
    add(l, "e", 0);
    add(l, "b", 0);
    add(l, "c", 0);
    add(l, "d", 0);
    expect_popped(l, 0, "e b a d c ");
    EXPECT_INT((int64_t)mn_queue_count(l->queue), 0);
}

static void a_pod_that_comes_back_stands_behind_its_equals(void)
{
    g_autoptr(line) l = line_new(POD("a", "") POD("b", "") NODE("n0", "", "4", ""));
    add(l, "a", 0);
    reject(l, "a", "NodeResourcesFit", 10);
    add(l, "b", 5);
    mn_queue_node_event(l->queue, NULL, node_of(l, "n0"), 2000);
    expect_waits(l, "a", MN_QUEUE_ACTIVE);
    expect_popped(l, 2000, "b a ");
}

/* ------------------------------------------------------------------ backoff */

/* Rejected at 300 ms past a second each time; the end is cut to a whole second. */
static void backoff_doubles_up_to_ten_seconds(void)
{
    static const int64_t seconds[] = {1, 2, 4, 8, 10, 10, 10};
    g_autoptr(line) l = line_new(POD("a", "") NODE("n0", "", "4", ""));
    int64_t now_ms = 300;
    add(l, "a", 0);
    for (size_t i = 0; i < G_N_ELEMENTS(seconds); i++) {
        reject(l, "a", "NodeName", now_ms);
        mn_queue_node_event(l->queue, NULL, node_of(l, "n0"), now_ms);
        expect_waits(l, "a", MN_QUEUE_BACKOFF);
        const mn_queued_pod *entry = mn_queue_find(l->queue, world_pod(l->w, "a"));
        EXPECT_INT(entry->backoff_until_ms, now_ms - 300 + seconds[i] * 1000);
        now_ms += 20000;
    }
}

static void a_pod_whose_backoff_is_over_is_active_at_once(void)
{
    g_autoptr(line) l = line_new(POD("a", "") NODE("n0", "", "4", ""));
    add(l, "a", 0);
    reject(l, "a", "NodeName", 300);
    mn_queue_node_event(l->queue, NULL, node_of(l, "n0"), 1000);
    expect_waits(l, "a", MN_QUEUE_ACTIVE);
}

static void backoff_is_cut_short_when_nobody_else_waits(void)
{
    g_autoptr(line) l = line_new(POD("a", "") POD("b", "") NODE("n0", "", "4", ""));
    add(l, "a", 0);
    reject(l, "a", "NodeName", 0);
    mn_queue_node_event(l->queue, NULL, node_of(l, "n0"), 1);
    add(l, "b", 2);
    expect_popped(l, 2, "b a ");
}

static void those_of_one_second_leave_backoff_by_priority(void)
{
    g_autoptr(line) l = line_new(POD("a", "") POD("b", "priority: 5, ") NODE("n0", "", "4", ""));
    add(l, "a", 0);
    reject(l, "a", "NodeName", 100);
    add(l, "b", 100);
    reject(l, "b", "NodeName", 900);
    mn_queue_node_event(l->queue, NULL, node_of(l, "n0"), 950);
    expect_popped(l, 950, "b a ");
}

static void an_error_waits_out_its_backoff(void)
{
    g_autoptr(line) l = line_new(POD("a", "") NODE("n0", "", "4", ""));
    add(l, "a", 0);
    reject(l, "a", "", 0);
    expect_waits(l, "a", MN_QUEUE_ERROR_BACKOFF);
    expect_popped(l, 999, "");
    reject(l, "a", "", 1000);
    expect_popped(l, 2999, "");
    reject(l, "a", "NodeName", 3000);
    expect_waits(l, "a", MN_QUEUE_UNSCHEDULABLE);
    const mn_queued_pod *entry = mn_queue_find(l->queue, world_pod(l->w, "a"));
    EXPECT_INT((int64_t)entry->attempts, 3);
    EXPECT_INT((int64_t)entry->rejections, 1);
    EXPECT_INT((int64_t)entry->errors_in_a_row, 0);
}

/* ------------------------------------------------------------------ waiting */

static void who_waits_five_minutes_is_tried_by_the_next_sweep(void)
{
    g_autoptr(line) l = line_new(POD("a", "") POD("b", "") NODE("n0", "", "4", ""));
    add(l, "a", 0);
    reject(l, "a", "NodeName", 0);
    add(l, "b", 0);
    reject(l, "b", "NodeName", 12000);
    EXPECT_INT(mn_queue_next_ms(l->queue), MN_QUEUE_NEVER);
    mn_cache_remove_node(l->w->cache, "n0");
    EXPECT_INT(mn_queue_next_ms(l->queue), 330000);
    expect_popped(l, 329999, "");
    expect_popped(l, 330000, "a b ");
}

static void nobody_is_tried_again_in_the_cluster_that_rejected_him(void)
{
    g_autoptr(line) l = line_new(POD("a", "") POD("b", "") NODE("n0", "", "4", ""));
    add(l, "a", 0);
    add(l, "b", 0);
    reject(l, "a", "NodeName", 0);
    reject(l, "b", "", 0);
    EXPECT_INT(mn_queue_next_ms(l->queue), MN_QUEUE_NEVER);
    mn_cache_nominate(l->w->cache, world_pod(l->w, "a"), "n0");
    EXPECT_INT(mn_queue_next_ms(l->queue), 1000);
}

static void what_happens_during_a_cycle_counts(void)
{
    g_autoptr(line) l =
        line_new(POD("a", "") NODE("n0", "", "4", "") NODE("small", "", "100m", ""));
    add(l, "a", 0);
    mn_queue_node_event(l->queue, NULL, node_of(l, "n0"), 0);
    mn_queued_pod *entry = mn_queue_pop(l->queue, 0);
    mn_queue_node_event(l->queue, NULL, node_of(l, "small"), 0);
    mn_queue_reject(l->queue, entry, bit_of("NodeResourcesFit"), 0);
    expect_waits(l, "a", MN_QUEUE_UNSCHEDULABLE);
    mn_queue_node_event(l->queue, NULL, node_of(l, "n0"), 0);
    entry = mn_queue_pop(l->queue, 0);
    mn_queue_node_event(l->queue, NULL, node_of(l, "n0"), 0);
    mn_queue_reject(l->queue, entry, bit_of("NodeResourcesFit"), 0);
    expect_waits(l, "a", MN_QUEUE_BACKOFF);
}

static void a_removed_pod_is_not_tried(void)
{
    g_autoptr(line) l =
        line_new(POD("a", "") POD("b", "") POD("c", "") POD("d", "") NODE("n0", "", "4", ""));
    add(l, "a", 0);
    reject(l, "a", "NodeName", 0);
    add(l, "b", 0);
    reject(l, "b", "NodeName", 0);
    mn_queue_node_event(l->queue, NULL, node_of(l, "n0"), 0);
    add(l, "c", 0);
    reject(l, "c", "NodeName", 0);
    add(l, "d", 0);
    for (const char *name = "abcd"; *name != '\0'; name++) {
        const char text[] = {*name, '\0'};
        EXPECT_TRUE(mn_queue_remove(l->queue, world_pod(l->w, text)));
        EXPECT_TRUE(!mn_queue_remove(l->queue, world_pod(l->w, text)));
    }
    expect_popped(l, 1000000, "");
}

/* ------------------------------------------------------------------ gates */

static void a_gated_pod_waits_for_its_last_gate(void)
{
    g_autoptr(line) l = line_new(POD("a", "schedulingGates: [{name: x}, {name: z}], ") POD(
        "one", "schedulingGates: [{name: z}], ") POD("none", "") NODE("n0", "", "4", ""));
    add(l, "a", 0);
    expect_popped(l, 0, "");
    mn_queue_node_event(l->queue, NULL, node_of(l, "n0"), 0);
    expect_popped(l, 1000000, "");
    mn_queue_update(l->queue, world_pod(l->w, "a"), world_pod(l->w, "one"), 1000000);
    expect_popped(l, 1000000, "");
    /* The same Pod, as far as names go. */
    mn_pod free_of_gates = *world_pod(l->w, "one");
    free_of_gates.spec.scheduling_gates = (mn_scheduling_gates){0};
    mn_queue_update(l->queue, world_pod(l->w, "one"), &free_of_gates, 1000001);
    expect_popped(l, 1000001, "one ");
}

/* ------------------------------------------------------------------ hints */

typedef struct hint_case {
    const char *rejector;
    const char *old_node, *node; /* of the event; NULL: not about nodes */
    const char *old_pod, *pod;
    const char *waiting;
    bool wakes;
} hint_case;

static const char hint_pods[] = POD("waits", "tolerations: [{key: t, operator: Exists}], ") POD(
    "picky",
    "nodeSelector: {disk: ssd}, ") LABELLED("near", "",
                                            "affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
                                            "[{labelSelector: {matchLabels: {app: db}}, topologyKey: zone}]}}, ")
    LABELLED("away", "",
             "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
             "[{labelSelector: {matchLabels: {app: db}}, topologyKey: zone}]}}, ")
        LABELLED("away2", "",
                 "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
                 "[{labelSelector: {matchLabels: {app: db}}, topologyKey: zone}, "
                 "{labelSelector: {matchLabels: {app: web}}, topologyKey: zone}]}}, ")
            LABELLED(
                "spread", "app: db",
                "topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, "
                "whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: db}}}], ")
                LABELLED("db", "app: db", "nodeName: n0, ") LABELLED("web", "app: web", "nodeName: n0, ") LABELLED(
                    "hates", "app: x",
                    "nodeName: n0, affinity: {podAntiAffinity: "
                    "{requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {}, topologyKey: zone}]}}, ")
                    LABELLED(
                        "pending", "app: db",
                        "") "---\n{apiVersion: v1, kind: Pod, metadata: {name: port80}, spec: {nodeName: n0, containers: "
                            "[{name: c, image: i, ports: [{hostPort: 80}]}]}}\n"
                            "---\n{apiVersion: v1, kind: Pod, metadata: {name: port81}, spec: {nodeName: n0, containers: "
                            "[{name: c, image: i, ports: [{hostPort: 81, hostIP: 10.0.0.1}]}]}}\n"
                            "---\n{apiVersion: v1, kind: Pod, metadata: {name: wants80}, spec: {containers: "
                            "[{name: c, image: i, ports: [{hostPort: 80, hostIP: 10.0.0.1}]}]}}\n"
                            "---\n{apiVersion: v1, kind: Pod, metadata: {name: big}, spec: {nodeName: n0, containers: "
                            "[{name: c, image: i, resources: {requests: {cpu: 2, memory: 1Gi}}}]}}\n"
                            "---\n{apiVersion: v1, kind: Pod, metadata: {name: lesscpu}, spec: {nodeName: n0, containers: "
                            "[{name: c, image: i, resources: {requests: {cpu: 1, memory: 1Gi}}}]}}\n"
                            "---\n{apiVersion: v1, kind: Pod, metadata: {name: lessmem}, spec: {nodeName: n0, containers: "
                            "[{name: c, image: i, resources: {requests: {cpu: 2, memory: 1Mi}}}]}}\n";

static const char hint_nodes[] =
    NODE("n0", "", "4", "") NODE("small", "", "100m", "") NODE("large", "", "8", "")
        NODE("more", "", "4", "") NODE("ssd", "disk: ssd", "4", "") NODE("a", "zone: a", "4", "")
            NODE("b", "zone: b", "4", "") NODE("cordoned", "", "4", "unschedulable: true")
                NODE("taint", "", "4", "taints: [{key: t, effect: NoSchedule}]")
                    NODE("other", "", "4", "taints: [{key: u, effect: NoSchedule}]")
                        NODE("soft", "", "4", "taints: [{key: u, effect: PreferNoSchedule}]");

static const hint_case hint_cases[] = {
    {"NodeResourcesFit", NULL, "n0", NULL, NULL, "waits", true},
    {"NodeResourcesFit", NULL, "small", NULL, NULL, "waits", false},
    {"NodeResourcesFit", "small", "n0", NULL, NULL, "waits", true},
    {"NodeResourcesFit", "n0", "large", NULL, NULL, "waits", true},
    {"NodeResourcesFit", "large", "n0", NULL, NULL, "waits", false},
    {"NodeResourcesFit", "n0", "ssd", NULL, NULL, "waits", false},
    {"NodeResourcesFit", NULL, NULL, "web", NULL, "waits", true},
    {"NodeResourcesFit", NULL, NULL, NULL, "web", "waits", false},
    {"NodeResourcesFit", NULL, NULL, "big", "lesscpu", "waits", true},
    {"NodeResourcesFit", NULL, NULL, "big", "lessmem", "waits", false},
    {"NodeResourcesFit", NULL, NULL, "lesscpu", "big", "waits", false},

    {"TaintToleration", NULL, "n0", NULL, NULL, "waits", true},
    {"TaintToleration", NULL, "taint", NULL, NULL, "waits", true},
    {"TaintToleration", NULL, "other", NULL, NULL, "waits", false},
    {"TaintToleration", "other", "taint", NULL, NULL, "waits", true},
    {"TaintToleration", "other", "soft", NULL, NULL, "waits", true},
    {"TaintToleration", "taint", "n0", NULL, NULL, "waits", false},
    {"TaintToleration", NULL, NULL, "web", NULL, "waits", false},

    {"NodeAffinity", NULL, "ssd", NULL, NULL, "picky", true},
    {"NodeAffinity", NULL, "n0", NULL, NULL, "picky", false},
    {"NodeAffinity", "n0", "ssd", NULL, NULL, "picky", true},
    {"NodeAffinity", "ssd", "n0", NULL, NULL, "picky", false},
    {"NodeAffinity", NULL, NULL, "web", NULL, "picky", false},

    {"NodeName", NULL, "n0", NULL, NULL, "waits", true},
    {"NodeName", NULL, NULL, "web", NULL, "waits", false},

    {"NodePorts", NULL, "n0", NULL, NULL, "wants80", true},
    {"NodePorts", NULL, NULL, "port80", NULL, "wants80", true},
    {"NodePorts", NULL, NULL, "port81", NULL, "wants80", false},
    {"NodePorts", NULL, NULL, "web", NULL, "wants80", false},

    {"NodeUnschedulable", NULL, "n0", NULL, NULL, "waits", true},
    {"NodeUnschedulable", NULL, "cordoned", NULL, NULL, "waits", false},
    {"NodeUnschedulable", "cordoned", "n0", NULL, NULL, "waits", true},
    {"NodeUnschedulable", "n0", "taint", NULL, NULL, "waits", false},

    {"InterPodAffinity", NULL, NULL, NULL, "db", "near", true},
    {"InterPodAffinity", NULL, NULL, NULL, "web", "near", false},
    {"InterPodAffinity", NULL, NULL, NULL, "pending", "near", false},
    {"InterPodAffinity", NULL, NULL, "web", "db", "near", true},
    {"InterPodAffinity", NULL, NULL, "db", "web", "near", false},
    {"InterPodAffinity", NULL, NULL, "db", NULL, "near", false},
    {"InterPodAffinity", NULL, "a", NULL, NULL, "near", true},
    {"InterPodAffinity", NULL, "n0", NULL, NULL, "near", false},
    {"InterPodAffinity", "a", "b", NULL, NULL, "near", true},
    {"InterPodAffinity", "a", "n0", NULL, NULL, "near", false},
    {"InterPodAffinity", NULL, NULL, "db", NULL, "away", true},
    {"InterPodAffinity", NULL, NULL, "web", NULL, "away", false},
    {"InterPodAffinity", "a", "n0", NULL, NULL, "away", true},
    /* v1.34 wants all terms to match, and does not ask for the other Pod's own. */
    {"InterPodAffinity", NULL, NULL, "db", NULL, "away2", false},
    {"InterPodAffinity", NULL, NULL, "hates", NULL, "away", false},

    {"PodTopologySpread", NULL, NULL, NULL, "db", "spread", true},
    {"PodTopologySpread", NULL, NULL, "db", NULL, "spread", true},
    {"PodTopologySpread", NULL, NULL, "web", NULL, "spread", false},
    {"PodTopologySpread", NULL, NULL, "web", "db", "spread", true},
    {"PodTopologySpread", NULL, "a", NULL, NULL, "spread", true},
    {"PodTopologySpread", NULL, "n0", NULL, NULL, "spread", false},
    {"PodTopologySpread", "a", NULL, NULL, NULL, "spread", true},
    {"PodTopologySpread", "a", "b", NULL, NULL, "spread", true},

    {"Extender", NULL, "small", NULL, NULL, "waits", true},
    {"Extender", "n0", "large", NULL, NULL, "waits", true},
    {"Extender", NULL, NULL, "web", NULL, "waits", true},
    /* An event like any other, but v1.34 does not get as far as asking. */
    {"Extender", NULL, NULL, NULL, "web", "waits", false},
};

static void expect_hint(const hint_case *row, bool fixed, bool want)
{
    g_autofree char *text = g_strconcat(hint_pods, hint_nodes, NULL);
    g_autoptr(line) l = line_new(text);
    l->w->profile->quirks.fix_affinity_hints = fixed;
    add(l, row->waiting, 0);
    reject(l, row->waiting, row->rejector, 0);
    if (row->old_node != NULL || row->node != NULL)
        mn_queue_node_event(l->queue, node_of(l, row->old_node), node_of(l, row->node), 0);
    else
        mn_queue_pod_event(l->queue, pod_of(l, row->old_pod), pod_of(l, row->pod), 0);
    const mn_queued_pod *entry = mn_queue_find(l->queue, world_pod(l->w, row->waiting));
    g_autofree char *what = g_strdup_printf("row %td: %s wakes %s: %d",
                                            row - hint_cases,
                                            row->rejector,
                                            row->waiting,
                                            entry->place != MN_QUEUE_UNSCHEDULABLE);
    expect_true((entry->place != MN_QUEUE_UNSCHEDULABLE) == want, what, __FILE__, __LINE__);
}

static void events_wake_whom_they_may_help(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(hint_cases); i++)
        expect_hint(&hint_cases[i], false, hint_cases[i].wakes);
}

static void a_deletion_wakes_everybody_it_helps_when_that_is_fixed(void)
{
    static const hint_case rows[] = {
        {"InterPodAffinity", NULL, NULL, "db", NULL, "away2", true},
        {"InterPodAffinity", NULL, NULL, "hates", NULL, "away", true},
        {"InterPodAffinity", NULL, NULL, "web", NULL, "away", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        expect_hint(&rows[i], true, rows[i].wakes);
}

static void only_events_that_a_rejector_asked_for_wake(void)
{
    g_autoptr(line) l = line_new(POD("a", "") NODE("n0", "", "4", ""));
    add(l, "a", 0);
    reject(l, "a", "NodeAffinity", 0);
    mn_queue_event(l->queue, &(mn_event){.kind = MN_EVENT_OTHER}, 0);
    expect_waits(l, "a", MN_QUEUE_UNSCHEDULABLE);
    mn_queue_node_event(l->queue, NULL, node_of(l, "n0"), 0);
    reject(l, "a", "Extender", 0);
    mn_queue_event(l->queue, &(mn_event){.kind = MN_EVENT_OTHER}, 0);
    expect_waits(l, "a", MN_QUEUE_BACKOFF);
}

static void a_pods_own_change_may_wake_it(void)
{
    g_autoptr(line) l = line_new(POD("a", "") NODE("n0", "", "4", ""));
    mn_pod tolerant = *world_pod(l->w, "a"), renamed;
    const mn_toleration toleration = {.key = "", .value = "", .op = MN_TOLERATION_EXISTS};
    tolerant.spec.tolerations = (mn_tolerations){.items = &toleration, .count = 1};
    add(l, "a", 0);
    reject(l, "a", "TaintToleration", 0);
    renamed = *world_pod(l->w, "a");
    renamed.status.nominated_node_name = "n0";
    mn_queue_update(l->queue, world_pod(l->w, "a"), &renamed, 0);
    EXPECT_INT(mn_queue_find(l->queue, &renamed)->place, MN_QUEUE_UNSCHEDULABLE);
    mn_queue_update(l->queue, &renamed, &tolerant, 0);
    EXPECT_INT(mn_queue_find(l->queue, &tolerant)->place, MN_QUEUE_BACKOFF);
    EXPECT_TRUE(mn_queue_find(l->queue, &renamed) == NULL);
}

extern CU_TestInfo suite_core_queue[];
CU_TestInfo suite_core_queue[] = {
    {"higher priority goes first, then who came first",
     higher_priority_goes_first_then_who_came_first},
    {"a Pod that comes back stands behind its equals",
     a_pod_that_comes_back_stands_behind_its_equals},
    {"backoff doubles up to ten seconds", backoff_doubles_up_to_ten_seconds},
    {"a Pod whose backoff is over is active at once",
     a_pod_whose_backoff_is_over_is_active_at_once},
    {"backoff is cut short when nobody else waits", backoff_is_cut_short_when_nobody_else_waits},
    {"those of one second leave backoff by priority",
     those_of_one_second_leave_backoff_by_priority},
    {"an error waits out its backoff", an_error_waits_out_its_backoff},
    {"who waits five minutes is tried by the next sweep",
     who_waits_five_minutes_is_tried_by_the_next_sweep},
    {"nobody is tried again in the cluster that rejected him",
     nobody_is_tried_again_in_the_cluster_that_rejected_him},
    {"what happens during a cycle counts", what_happens_during_a_cycle_counts},
    {"a removed Pod is not tried", a_removed_pod_is_not_tried},
    {"a gated Pod waits for its last gate", a_gated_pod_waits_for_its_last_gate},
    {"events wake whom they may help", events_wake_whom_they_may_help},
    {"a deletion wakes everybody it helps when that is fixed",
     a_deletion_wakes_everybody_it_helps_when_that_is_fixed},
    {"only events that a rejector asked for wake", only_events_that_a_rejector_asked_for_wake},
    {"a Pod's own change may wake it", a_pods_own_change_may_wake_it},
    CU_TEST_INFO_NULL,
};
