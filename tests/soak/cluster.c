/* SPDX-License-Identifier: Apache-2.0 */
/* Of four nodes one is always Linux, one always Windows, one is made anew as the other OS now and
 * then, and one comes and goes. Whether a node with two OSes, or half of one, was ever decided by
 * can thus be told from the answers alone. */
#include "tests/soak/cluster.h"

#include "mullion/base/rng.h"

#include <stdatomic.h>
#include <string.h>

enum { KINDS = 4, CHANGES_MAX = 1 << 20, NAME_BYTES = 16, SEED = 20 };

typedef enum node_kind { ALWAYS_LINUX, ALWAYS_WINDOWS, MADE_ANEW, COMES_AND_GOES } node_kind;

struct cluster {
    mn_rng rng;
    uint8_t now[SOAK_NODES]; /* of the thread that changes */
    _Atomic size_t version;
    node_change *changes;
};

static node_state first_state(size_t node)
{
    switch ((node_kind)(node % KINDS)) {
    case ALWAYS_LINUX:
    case MADE_ANEW:
        return NODE_LINUX;
    case ALWAYS_WINDOWS:
        return NODE_WINDOWS;
    case COMES_AND_GOES:
        break;
    }
    return node / KINDS % 2 == 0 ? NODE_LINUX : NODE_WINDOWS;
}

cluster *cluster_new(void)
{
    cluster *self = g_new0(cluster, 1);
    self->rng = mn_rng_new(SEED, "changes of nodes");
    self->changes = g_new0(node_change, CHANGES_MAX);
    cluster_states(self, 0, self->now);
    return self;
}

void cluster_free(cluster *self)
{
    if (self == NULL)
        return;
    g_free(self->changes);
    g_free(self);
}

const char *cluster_node_name(size_t node)
{
    static _Thread_local char name[NAME_BYTES];
    (void)g_snprintf(name, sizeof name, "node-%04zu", node);
    return name;
}

size_t cluster_node_of(const char *name)
{
    if (name == NULL || !g_str_has_prefix(name, "node-"))
        return SIZE_MAX;
    const guint64 node = g_ascii_strtoull(name + strlen("node-"), NULL, 10);
    return node < SOAK_NODES && strcmp(cluster_node_name((size_t)node), name) == 0 ? (size_t)node
                                                                                   : SIZE_MAX;
}

static node_state next_state(size_t node, node_state now)
{
    switch ((node_kind)(node % KINDS)) {
    case ALWAYS_LINUX:
    case ALWAYS_WINDOWS:
        return now;
    case MADE_ANEW:
        return now == NODE_LINUX ? NODE_WINDOWS : NODE_LINUX;
    case COMES_AND_GOES:
        break;
    }
    return now == NODE_ABSENT ? first_state(node) : NODE_ABSENT;
}

bool cluster_change(cluster *self)
{
    const size_t version = atomic_load_explicit(&self->version, memory_order_relaxed);
    const size_t node = (size_t)mn_rng_below(&self->rng, SOAK_NODES);
    if (version == CHANGES_MAX)
        return false;
    const node_state before = self->now[node], after = next_state(node, before);
    self->changes[version] =
        (node_change){.node = (uint16_t)node, .before = (uint8_t)before, .after = (uint8_t)after};
    self->now[node] = (uint8_t)after;
    atomic_store_explicit(&self->version, version + 1, memory_order_release);
    return true;
}

size_t cluster_version(const cluster *self)
{
    return atomic_load_explicit(&self->version, memory_order_acquire);
}

const node_change *cluster_changes(const cluster *self)
{
    return self->changes;
}

void cluster_states(const cluster *self, size_t version, uint8_t states[SOAK_NODES])
{
    for (size_t node = 0; node < SOAK_NODES; node++)
        states[node] = (uint8_t)first_state(node);
    for (size_t i = 0; i < version; i++)
        states[self->changes[i].node] = self->changes[i].after;
}

/* ---- as JSON */

void cluster_append_node(GString *out, size_t node, node_state state, size_t version)
{
    const bool windows = state == NODE_WINDOWS;
    g_string_append_printf(
        out,
        "{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\",\"uid\":\"55a622e6-"
        "4b4b-44d3-8480-%012zu\",\"resourceVersion\":\"%zu\",\"labels\":{\"kubernetes.io/os\":\"%s\","
        "\"kubernetes.io/arch\":\"amd64\"%s},\"managedFields\":[{\"manager\":\"kubelet\","
        "\"operation\":\"Update\",\"apiVersion\":\"v1\",\"fieldsV1\":{\"f:status\":{\"f:conditions\":{"
        "\"k:{\\\"type\\\":\\\"Ready\\\"}\":{\".\":{},\"f:status\":{}}}}}}]},\"spec\":{\"podCIDR\":"
        "\"10.244.1.0/24\"},\"status\":{\"capacity\":{\"cpu\":\"8\",\"memory\":\"33554432Ki\",\"pods\":"
        "\"110\"},\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"message\":\"kubelet is "
        "posting ready status \\u00e9\"}],\"nodeInfo\":{\"kernelVersion\":\"%s\",\"operatingSystem\":"
        "\"%s\",\"containerRuntimeVersion\":\"containerd://1.7.13\"}}}",
        cluster_node_name(node),
        node,
        version + SOAK_VERSION_OFFSET,
        windows ? "windows" : "linux",
        windows ? ",\"node.kubernetes.io/windows-build\":\"10.0.20348\"" : "",
        windows ? "10.0.20348.2113" : "6.1.0-28-amd64",
        windows ? "windows" : "linux");
}

void cluster_append_event(const cluster *self, GString *out, size_t index)
{
    const node_change *change = &self->changes[index];
    const bool goes = change->after == NODE_ABSENT;
    const char *type = goes ? "DELETED" : change->before == NODE_ABSENT ? "ADDED" : "MODIFIED";
    g_string_append_printf(out, "{\"type\":\"%s\",\"object\":", type);
    cluster_append_node(out, change->node, goes ? change->before : change->after, index + 1);
    g_string_append(out, "}\n");
}

/* ---- a view */

void cluster_view_init(cluster_view *self, const cluster *of)
{
    *self = (cluster_view){.of = of};
    cluster_states(of, 0, self->states);
}

static bool fits(uint8_t allowed, uint8_t state)
{
    return (allowed >> state & 1) != 0;
}

/* A walk through all changes since the floor. */
typedef struct walk {
    const uint8_t *allowed;
    uint8_t states[SOAK_NODES];
    size_t began[SOAK_NODES]; /* version from which a node is in that state */
    size_t found[SOAK_NODES]; /* first one at which it was as allowed; SIZE_MAX: none yet */
    size_t wrong;             /* nodes that are not as allowed */
    size_t moment;            /* first version at which all were; SIZE_MAX: none yet */
} walk;

static void walk_look(walk *self, const cluster_view *view, size_t node)
{
    if (self->found[node] == SIZE_MAX && fits(self->allowed[node], self->states[node]))
        self->found[node] = MAX(view->since[node], self->began[node]);
}

static void walk_begin(walk *self, const cluster_view *view, const uint8_t *allowed)
{
    self->allowed = allowed;
    self->wrong = 0;
    self->moment = SIZE_MAX;
    memcpy(self->states, view->states, sizeof self->states);
    for (size_t node = 0; node < SOAK_NODES; node++) {
        self->began[node] = view->floor;
        self->found[node] = SIZE_MAX;
        self->wrong += fits(allowed[node], self->states[node]) ? 0 : 1;
    }
}

static void walk_through(walk *self, const cluster_view *view)
{
    const node_change *changes = view->of->changes;
    const size_t end = cluster_version(view->of);
    for (size_t i = view->floor; i < end; i++) {
        const node_change *change = &changes[i];
        const uint8_t allowed = self->allowed[change->node];
        if (self->wrong == 0 && self->moment == SIZE_MAX && i >= view->newest)
            self->moment = i;
        if (i >= view->since[change->node]) /* it was so then */
            walk_look(self, view, change->node);
        self->wrong += fits(allowed, change->before) ? 1 : 0;
        self->wrong -= fits(allowed, change->after) ? 1 : 0;
        self->states[change->node] = change->after;
        self->began[change->node] = i + 1;
    }
    for (size_t node = 0; node < SOAK_NODES; node++)
        walk_look(self, view, node);
    if (self->wrong == 0 && self->moment == SIZE_MAX)
        self->moment = end;
}

/* Nothing before that version any more. */
static void raise_floor(cluster_view *self, size_t version)
{
    for (size_t i = self->floor; i < version; i++)
        self->states[self->of->changes[i].node] = self->of->changes[i].after;
    self->floor = MAX(self->floor, version);
    for (size_t node = 0; node < SOAK_NODES; node++)
        self->since[node] = MAX(self->since[node], version);
    self->newest = MAX(self->newest, version);
}

view_verdict cluster_view_take(cluster_view *self, const uint8_t allowed[SOAK_NODES], size_t listed,
                               size_t *node)
{
    walk seen;
    const bool may_be_mixed = listed >= self->newest;
    walk_begin(&seen, self, allowed);
    walk_through(&seen, self);
    for (size_t i = 0; i < SOAK_NODES; i++) {
        *node = i;
        if (seen.found[i] == SIZE_MAX)
            return VIEW_WRONG;
    }
    memcpy(self->since, seen.found, sizeof self->since);
    for (size_t i = 0; i < SOAK_NODES; i++)
        self->newest = MAX(self->newest, self->since[i]);
    if (seen.moment == SIZE_MAX)
        return VIEW_OF_MORE;
    if (!may_be_mixed)
        raise_floor(self, seen.moment);
    return VIEW_OF_ONE_MOMENT;
}
