/* SPDX-License-Identifier: Apache-2.0 */
/* The objects that a command is about, as they are when it runs: by name, or by label in the
 * order of the API server's lists (namespace, name). */
#include "simulator/engine/actions/act.h"

#include <stdlib.h>
#include <string.h>

char *mn_found_text(const mn_found *found)
{
    g_autofree char *resource = mn_kind_resource(found->kind);
    return g_strdup_printf("%s/%s", resource, found->meta->name);
}

/* ---- what there is of a kind */

static GPtrArray *list_of(const mn_world *world, mn_kind kind)
{
    const struct {
        mn_kind kind;
        GPtrArray *list;
    } rows[] = {
        {MN_KIND_NAMESPACE, world->objects->namespaces},
        {MN_KIND_POD_DISRUPTION_BUDGET, world->objects->disruption_budgets},
        {MN_KIND_PRIORITY_CLASS, world->objects->priority_classes},
        {MN_KIND_RUNTIME_CLASS, world->objects->runtime_classes},
        {MN_KIND_SERVICE, world->objects->services},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].kind == kind)
            return rows[i].list;
    }
    return NULL;
}

static void add(GArray *out, const mn_found *found)
{
    g_array_append_vals(out, found, 1);
}

/* Workloads and Pods below one another: Deployment, ReplicaSet, Pod.
 * NOLINTNEXTLINE(misc-no-recursion): owners are three deep at most */
static void add_below(mn_world_workload *workload, mn_kind kind, GArray *out)
{
    for (mn_world_pod *pod = workload->pods; kind == MN_KIND_POD && pod != NULL;
         pod = pod->of_workload.next)
        add(out, &(mn_found){.kind = kind, .pod = pod, .meta = &pod->pod->meta});
    if (workload->object != NULL && strcmp(mn_kind_name(kind), workload->kind) == 0)
        add(out, &(mn_found){.kind = kind, .workload = workload, .meta = &workload->object->meta});
    for (guint i = 0; i < workload->children->len; i++)
        add_below(workload->children->pdata[i], kind, out);
}

static void add_all(const mn_world *world, mn_kind kind, GArray *out)
{
    const GPtrArray *others = list_of(world, kind);
    for (guint i = 0; others != NULL && i < others->len; i++)
        add(out, &(mn_found){.kind = kind, .other = others->pdata[i], .meta = others->pdata[i]});
    for (guint i = 0; kind == MN_KIND_NODE && i < world->nodes->len; i++) {
        mn_world_node *node = world->nodes->pdata[i];
        add(out, &(mn_found){.kind = kind, .node = node, .meta = &node->node->meta});
    }
    for (guint i = 0; others == NULL && kind != MN_KIND_NODE && i < world->workloads->len; i++)
        add_below(world->workloads->pdata[i], kind, out);
}

static int by_name(const void *a, const void *b)
{
    const mn_found *x = a, *y = b;
    int order = (int)x->kind - (int)y->kind;
    if (order == 0 && mn_kind_is_namespaced(x->kind))
        order = strcmp(mn_meta_namespace(x->meta), mn_meta_namespace(y->meta));
    return order != 0 ? order : strcmp(x->meta->name, y->meta->name);
}

/* ---- one by name */

bool mn_act_find_one(const mn_world *world, mn_kind kind, const char *namespace_, const char *name,
                     mn_found *out)
{
    mn_workload_kind workload_kind;
    const GPtrArray *others = list_of(world, kind);
    *out = (mn_found){.kind = kind};
    if (kind == MN_KIND_NODE) {
        out->node = mn_world_find_node(world, name);
        out->meta = out->node == NULL ? NULL : &out->node->node->meta;
    } else if (kind == MN_KIND_POD) {
        out->pod = mn_world_find_pod(world, namespace_, name);
        out->meta = out->pod == NULL ? NULL : &out->pod->pod->meta;
    } else if (mn_kind_workload(kind, &workload_kind)) {
        out->workload = mn_world_find_workload(world, mn_kind_name(kind), namespace_, name);
        if (out->workload != NULL && out->workload->object != NULL)
            out->meta = &out->workload->object->meta;
    }
    for (guint i = 0; others != NULL && i < others->len; i++) {
        const mn_meta *meta = others->pdata[i];
        if (strcmp(meta->name, name) == 0 &&
            (!mn_kind_is_namespaced(kind) || strcmp(mn_meta_namespace(meta), namespace_) == 0))
            out->other = out->meta = meta;
    }
    return out->meta != NULL;
}

bool mn_act_not_found(mn_act *act, mn_kind kind, const char *namespace_, const char *name)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(mn_found));
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    add_all(act->world, kind, all);
    for (guint i = 0; i < all->len; i++) {
        const mn_meta *meta = g_array_index(all, mn_found, i).meta;
        if (!mn_kind_is_namespaced(kind) || strcmp(mn_meta_namespace(meta), namespace_) == 0)
            g_ptr_array_add(names, (gpointer)(uintptr_t)meta->name);
    }
    const char *near = mn_nearest(name, (const char *const *)names->pdata, names->len);
    g_autofree char *plural = mn_kind_plural(kind);
    return mn_act_fail(act,
                       "Error from server (NotFound): %s \"%s\" not found%s%s%s",
                       plural,
                       name,
                       near == NULL ? "" : " (did you mean \"",
                       near == NULL ? "" : near,
                       near == NULL ? "" : "\"?)");
}

/* ---- all that are meant */

static bool is_meant(const mn_targets *targets, const mn_found *found)
{
    if (mn_kind_is_namespaced(found->kind) && !targets->all_namespaces &&
        strcmp(mn_meta_namespace(found->meta), targets->namespace_) != 0)
        return false;
    return targets->selector == NULL ||
           mn_label_selector_matches(targets->selector, &found->meta->labels);
}

static void find_many(const mn_act *act, mn_kind kind, GArray *out)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(mn_found));
    add_all(act->world, kind, all);
    if (all->len > 1)
        qsort(all->data, all->len, sizeof(mn_found), by_name);
    for (guint i = 0; i < all->len; i++) {
        if (is_meant(&act->action->targets, &g_array_index(all, mn_found, i)))
            add(out, &g_array_index(all, mn_found, i));
    }
}

GArray *mn_act_find(mn_act *act, bool missing_is_fine)
{
    const mn_targets *targets = &act->action->targets;
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(mn_found));
    for (size_t i = 0; i < targets->count; i++) {
        const mn_object_ref *ref = &targets->items[i];
        mn_found found;
        if (ref->name == NULL) {
            find_many(act, ref->kind, out);
        } else if (mn_act_find_one(act->world, ref->kind, targets->namespace_, ref->name, &found)) {
            add(out, &found);
        } else if (!missing_is_fine) {
            mn_act_not_found(act, ref->kind, targets->namespace_, ref->name);
            return NULL;
        }
    }
    if (out->len > 0 || missing_is_fine)
        return g_steal_pointer(&out);
    mn_act_fail(act, "No resources found");
    return NULL;
}
