/* SPDX-License-Identifier: Apache-2.0 */
/* A pool's nodes, as their kubelets would register them.
 *
 * Labels: beta.kubernetes.io/{os,arch} always, kubernetes.io/{os,arch} since 1.14,
 * node.kubernetes.io/windows-build since 1.17 (pkg/kubelet/kubelet_node_status*.go). What
 * the pool says comes after that, what its template says comes last.
 */
#include "simulator/scenario/parts.h"

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

static mn_node_system_info system_info(mn_arena *arena, const mn_pool_spec *pool)
{
    bool windows = pool->os == MN_OS_WINDOWS;
    mn_node_system_info info = {
        .operating_system = mn_os_name(pool->os),
        .architecture = pool->arch,
        .kernel_version = "6.1.0",
        .os_image = "Debian GNU/Linux 12 (bookworm)",
        .container_runtime_version =
            pool->container_runtime == NULL ? DEFAULT_RUNTIME : pool->container_runtime,
        .kubelet_version = pool->kubelet == NULL ? DEFAULT_KUBELET : pool->kubelet,
    };
    if (windows) {
        info.kernel_version = pool->build.build == 0 ? NULL : kernel_version(arena, &pool->build);
        info.os_image = windows_image(arena, pool->build.build);
    }
    if (pool->os_image != NULL)
        info.os_image = pool->os_image;
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

static mn_taints join_taints(mn_arena *arena, const mn_taints *a, const mn_taints *b)
{
    mn_taint *items = MN_ARENA_NEW(arena, mn_taint, a->count + b->count);
    for (size_t i = 0; i < a->count; i++)
        items[i] = a->items[i];
    for (size_t i = 0; i < b->count; i++)
        items[a->count + i] = b->items[i];
    return (mn_taints){.items = items, .count = a->count + b->count};
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

static const mn_node *make_node(mn_arena *arena, const mn_pool_spec *pool, int64_t index)
{
    mn_node *node = MN_ARENA_NEW(arena, mn_node, 1);
    node->meta.name = mn_arena_printf(arena, "%s-%d", pool->name, (int)index);
    node->meta.labels =
        lay_labels(arena, kubelet_labels(arena, pool, node->meta.name), &pool->labels);
    node->spec.taints = join_taints(arena, &pool->taints, &pool->registered);
    node->status.allocatable = lay_resources(arena, usual_allocatable(arena), &pool->allocatable);
    node->status.capacity = node->status.allocatable;
    node->status.info = system_info(arena, pool);
    node->status.conditions = (mn_node_conditions){.items = ready, .count = G_N_ELEMENTS(ready)};
    if (pool->template != NULL)
        merge_template(arena, node, pool->template);
    return node;
}

void mn_pool_make_nodes(mn_arena *arena, const mn_pool_spec *pool, GPtrArray *nodes)
{
    mn_pool_spec complete = *pool;
    if (complete.arch == NULL)
        complete.arch = "amd64";
    int64_t count = pool->count.set ? pool->count.value : 1;
    for (int64_t i = 0; i < count; i++)
        g_ptr_array_add(nodes, (gpointer)(uintptr_t)make_node(arena, &complete, i));
}
