/* SPDX-License-Identifier: Apache-2.0 */
/* A pool's nodes, as their kubelets would register them.
 *
 * Labels: beta.kubernetes.io/{os,arch} always, kubernetes.io/{os,arch} since 1.14,
 * node.kubernetes.io/windows-build since 1.17 (pkg/kubelet/kubelet_node_status*.go). What
 * its platform adds comes after that, then what the pool says, and what its template says
 * comes last.
 */
#include "simulator/scenario/platforms.h"

#include <stdlib.h>
#include <string.h>

enum { MINOR_OS_LABEL = 14, MINOR_BUILD_LABEL = 17 };

#define DEFAULT_KUBELET "v1.34.1"
#define DEFAULT_RUNTIME "containerd://1.7.27"

/* ---- maps laid over one another */

static int by_key(const void *a, const void *b)
{
    return strcmp(((const mn_label *)a)->key, ((const mn_label *)b)->key);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const mn_resource *)a)->name, ((const mn_resource *)b)->name);
}

static mn_labels lay_labels(mn_arena *arena, mn_labels below, const mn_labels *above)
{
    mn_label *items = MN_ARENA_NEW(arena, mn_label, below.count + above->count);
    size_t count = 0;
    for (size_t i = 0; i < below.count; i++) {
        if (mn_labels_find(above, below.items[i].key) == NULL)
            items[count++] = below.items[i];
    }
    for (size_t i = 0; i < above->count; i++)
        items[count++] = above->items[i];
    if (count > 1)
        qsort(items, count, sizeof *items, by_key);
    return (mn_labels){.items = items, .count = count};
}

static mn_resources lay_resources(mn_arena *arena, mn_resources below, const mn_resources *above)
{
    mn_resource *items = MN_ARENA_NEW(arena, mn_resource, below.count + above->count);
    size_t count = 0;
    for (size_t i = 0; i < below.count; i++) {
        if (mn_resources_find(above, below.items[i].name) == NULL)
            items[count++] = below.items[i];
    }
    for (size_t i = 0; i < above->count; i++)
        items[count++] = above->items[i];
    if (count > 1)
        qsort(items, count, sizeof *items, by_name);
    return (mn_resources){.items = items, .count = count};
}

/* ---- what kubelet says of itself */

/* "v1.16.15" is 16; what is not read so counts as new. */
static int kubelet_minor(const char *version)
{
    if (*version == 'v')
        version++;
    if (strncmp(version, "1.", 2) != 0)
        return G_MAXINT;
    return (int)g_ascii_strtoll(version + 2, NULL, 10);
}

static mn_labels kubelet_labels(mn_arena *arena, const mn_pool_spec *pool, const char *node_name)
{
    const char *os = mn_os_name(pool->os);
    int minor = pool->kubelet == NULL ? G_MAXINT : kubelet_minor(pool->kubelet);
    bool windows = pool->os == MN_OS_WINDOWS && pool->build.build != 0;
    const struct {
        const char *key, *value;
        bool set;
    } rows[] = {
        {"beta.kubernetes.io/arch", pool->arch, true},
        {MN_LABEL_OS_BETA, os, true},
        {MN_LABEL_ARCH, pool->arch, minor >= MINOR_OS_LABEL},
        {MN_LABEL_HOSTNAME, node_name, true},
        {MN_LABEL_OS, os, minor >= MINOR_OS_LABEL},
        {MN_LABEL_WINDOWS_BUILD, NULL, windows && minor >= MINOR_BUILD_LABEL},
    };
    mn_label *items = MN_ARENA_NEW(arena, mn_label, G_N_ELEMENTS(rows));
    size_t count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!rows[i].set)
            continue;
        const char *value = rows[i].value;
        if (value == NULL)
            value = mn_arena_printf(
                arena, "%u.%u.%u", pool->build.major, pool->build.minor, pool->build.build);
        items[count++] = (mn_label){.key = rows[i].key, .value = value};
    }
    return (mn_labels){.items = items, .count = count};
}

/* "Windows Server 2022 / 21H2" -> "Windows Server 2022 Datacenter". */
static const char *windows_image(mn_arena *arena, uint16_t build)
{
    const mn_winbuild *row = mn_winbuild_find(build);
    if (row == NULL)
        return "Windows";
    const char *slash = strstr(row->name, " / ");
    size_t len = slash == NULL ? strlen(row->name) : (size_t)(slash - row->name);
    return mn_arena_printf(arena, "%.*s Datacenter", (int)len, row->name);
}

static const char *kernel_version(mn_arena *arena, const mn_win_version *v)
{
    if (v->has_revision)
        return mn_arena_printf(arena, "%u.%u.%u.%u", v->major, v->minor, v->build, v->revision);
    return mn_arena_printf(arena, "%u.%u.%u", v->major, v->minor, v->build);
}

/* The first that is said. */
static const char *first_of(const char *a, const char *b, const char *c)
{
    if (a != NULL)
        return a;
    return b != NULL ? b : c;
}

static mn_node_system_info system_info(mn_arena *arena, const mn_pool_spec *pool,
                                       const mn_preset *preset)
{
    bool windows = pool->os == MN_OS_WINDOWS;
    mn_node_system_info info = {
        .operating_system = mn_os_name(pool->os),
        .architecture = pool->arch,
        .kernel_version = "6.1.0",
        .os_image = "Debian GNU/Linux 12 (bookworm)",
        .container_runtime_version =
            first_of(pool->container_runtime, preset->container_runtime, DEFAULT_RUNTIME),
        .kubelet_version = pool->kubelet == NULL ? DEFAULT_KUBELET : pool->kubelet,
    };
    if (windows) {
        info.kernel_version = pool->build.build == 0 ? NULL : kernel_version(arena, &pool->build);
        info.os_image = windows_image(arena, pool->build.build);
    }
    info.os_image = first_of(pool->os_image, preset->os_image, info.os_image);
    return info;
}

static mn_resources usual_allocatable(mn_arena *arena)
{
    static const struct {
        const char *name;
        int64_t value;
    } rows[] = {
        {"cpu", 4},
        {"ephemeral-storage", INT64_C(100) << 30},
        {"memory", INT64_C(16) << 30},
        {"pods", 110},
    };
    mn_resource *items = MN_ARENA_NEW(arena, mn_resource, G_N_ELEMENTS(rows));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        items[i] = (mn_resource){.name = rows[i].name, .quantity = mn_quantity_of(rows[i].value)};
    return (mn_resources){.items = items, .count = G_N_ELEMENTS(rows)};
}

static bool has_taint(const mn_taints *taints, const mn_taint *like)
{
    for (size_t i = 0; i < taints->count; i++) {
        if (taints->items[i].effect == like->effect && strcmp(taints->items[i].key, like->key) == 0)
            return true;
    }
    return false;
}

/* A node has one taint of a key and effect: the one that is `above`. */
static mn_taints lay_taints(mn_arena *arena, const mn_taints *below, const mn_taints *above)
{
    mn_taint *items = MN_ARENA_NEW(arena, mn_taint, below->count + above->count);
    size_t count = 0;
    for (size_t i = 0; i < below->count; i++) {
        if (!has_taint(above, &below->items[i]))
            items[count++] = below->items[i];
    }
    for (size_t i = 0; i < above->count; i++)
        items[count++] = above->items[i];
    return (mn_taints){.items = items, .count = count};
}

/* ---- the template, merged last: maps key by key, lists whole */

static void take(const char **field, const char *template_field)
{
    if (template_field != NULL)
        *field = template_field;
}

static void merge_info(mn_node_system_info *info, const mn_node_system_info *template)
{
    take(&info->operating_system, template->operating_system);
    take(&info->architecture, template->architecture);
    take(&info->kernel_version, template->kernel_version);
    take(&info->os_image, template->os_image);
    take(&info->container_runtime_version, template->container_runtime_version);
    take(&info->kubelet_version, template->kubelet_version);
}

static void merge_template(mn_arena *arena, mn_node *node, const mn_node *template)
{
    node->meta.labels = lay_labels(arena, node->meta.labels, &template->meta.labels);
    node->meta.annotations = template->meta.annotations;
    node->spec.unschedulable = template->spec.unschedulable;
    if (template->spec.taints.items != NULL)
        node->spec.taints = template->spec.taints;
    mn_node_status *status = &node->status;
    const mn_node_status *from = &template->status;
    status->allocatable = lay_resources(arena, status->allocatable, &from->allocatable);
    status->capacity = lay_resources(arena, status->allocatable, &from->capacity);
    status->images = from->images;
    status->runtime_handlers = from->runtime_handlers;
    if (from->conditions.items != NULL)
        status->conditions = from->conditions;
    merge_info(&status->info, &from->info);
}

static const mn_node_condition ready[] = {
    {.type = "Ready", .status = "True", .reason = "KubeletReady"},
};

/* A pool with what stands below its own fields. */
typedef struct layers {
    mn_pool_spec pool;
    mn_preset preset;
    mn_resources allocatable; /* of all three */
    mn_taints taints;
} layers;

static const mn_node *make_node(mn_arena *arena, const layers *l, int64_t index)
{
    const mn_pool_spec *pool = &l->pool;
    mn_node *node = MN_ARENA_NEW(arena, mn_node, 1);
    node->meta.name = mn_arena_printf(arena, "%s-%d", pool->name, (int)index);
    mn_labels labels = kubelet_labels(arena, pool, node->meta.name);
    labels = lay_labels(arena, labels, &l->preset.labels);
    node->meta.labels = lay_labels(arena, labels, &pool->labels);
    node->spec.taints = l->taints;
    node->status.allocatable = l->allocatable;
    node->status.capacity = l->allocatable;
    node->status.info = system_info(arena, pool, &l->preset);
    node->status.conditions = (mn_node_conditions){.items = ready, .count = G_N_ELEMENTS(ready)};
    if (pool->template != NULL)
        merge_template(arena, node, pool->template);
    return node;
}

void mn_pool_make_nodes(mn_arena *arena, const mn_pool_spec *pool, GPtrArray *nodes)
{
    layers l = {.pool = *pool};
    if (l.pool.arch == NULL)
        l.pool.arch = "amd64";
    mn_preset_of(arena, &l.pool, &l.preset);
    l.allocatable = lay_resources(arena, usual_allocatable(arena), &l.preset.allocatable);
    l.allocatable = lay_resources(arena, l.allocatable, &pool->allocatable);
    l.taints = lay_taints(arena, &pool->taints, &pool->registered);
    l.taints = lay_taints(arena, &l.preset.taints, &l.taints);
    int64_t count = pool->count.set ? pool->count.value : 1;
    for (int64_t i = 0; i < count; i++)
        g_ptr_array_add(nodes, (gpointer)(uintptr_t)make_node(arena, &l, i));
}
