/* SPDX-License-Identifier: Apache-2.0 */
/* apply, create, delete. */
#include "simulator/engine/actions/act.h"

#include <string.h>

/* ---- objects of files */

/* By kind: the list of a file, and how one of them gets into the world. The order is that in which
 * things need one another. */
typedef struct entry {
    mn_kind kind; /* of a workload each has its own */
    size_t list;  /* in mn_objects */
    size_t size;
    bool (*put)(mn_act *act, const void *object, const mn_found *old);
} entry;

static bool put_namespace(mn_act *act, const void *object, const mn_found *old)
{
    (void)old;
    mn_world_put_namespace(act->world, object);
    return true;
}

static bool put_priority_class(mn_act *act, const void *object, const mn_found *old)
{
    (void)old;
    mn_world_put_priority_class(act->world, object);
    return true;
}

static bool put_runtime_class(mn_act *act, const void *object, const mn_found *old)
{
    (void)old;
    mn_world_put_runtime_class(act->world, object);
    return true;
}

static bool put_node(mn_act *act, const void *object, const mn_found *old)
{
    (void)old;
    mn_world_put_node(act->world, object);
    return true;
}

static bool put_service(mn_act *act, const void *object, const mn_found *old)
{
    (void)old;
    mn_world_put_service(act->world, object);
    return true;
}

static bool put_budget(mn_act *act, const void *object, const mn_found *old)
{
    (void)old;
    mn_world_put_disruption_budget(act->world, object);
    return true;
}

/* A manifest that says no number of replicas leaves what somebody scaled to. */
static bool put_workload(mn_act *act, const void *object, const mn_found *old)
{
    const mn_workload *workload = object;
    if (old != NULL && !workload->spec.replicas.set && old->workload->object->spec.replicas.set) {
        mn_workload *copy = MN_ARENA_NEW(act->world->arena, mn_workload, 1);
        *copy = *workload;
        copy->spec.replicas = old->workload->object->spec.replicas;
        workload = copy;
    }
    return mn_world_put_workload(act->world, workload, &act->world->error);
}

static bool put_pod(mn_act *act, const void *object, const mn_found *old)
{
    const mn_pod *pod = object;
    GError *cause = NULL;
    if (old != NULL) {
        mn_pod copy = *old->pod->pod;
        copy.meta.labels = pod->meta.labels;
        copy.meta.annotations = pod->meta.annotations;
        mn_world_update_pod(act->world, old->pod, &copy);
        return true;
    }
    if (mn_world_put_pod(act->world, pod, &cause))
        return true;
    mn_act_fail(act, "Error from server: %s", cause->message);
    g_error_free(cause);
    return false;
}

#define ENTRY(kind_, list_, type, put_)                                                           \
    {                                                                                             \
        .kind = (kind_), .list = offsetof(mn_objects, list_), .size = sizeof(type), .put = (put_) \
    }
static const entry entries[] = {
    ENTRY(MN_KIND_NAMESPACE, namespaces, mn_namespace, put_namespace),
    ENTRY(MN_KIND_PRIORITY_CLASS, priority_classes, mn_priority_class, put_priority_class),
    ENTRY(MN_KIND_RUNTIME_CLASS, runtime_classes, mn_runtime_class, put_runtime_class),
    ENTRY(MN_KIND_NODE, nodes, mn_node, put_node),
    ENTRY(MN_KIND_SERVICE, services, mn_service, put_service),
    ENTRY(MN_KIND_POD_DISRUPTION_BUDGET, disruption_budgets, mn_disruption_budget, put_budget),
    ENTRY(MN_KIND_COUNT, workloads, mn_workload, put_workload),
    ENTRY(MN_KIND_POD, pods, mn_pod, put_pod),
};

static const GPtrArray *list_of(const mn_objects *objects, const entry *e)
{
    GPtrArray *list;
    memcpy(&list, (const char *)objects + e->list, sizeof list);
    return list;
}

static mn_kind kind_of(const entry *e, const void *object)
{
    mn_workload_kind wanted, kind;
    if (e->kind != MN_KIND_COUNT)
        return e->kind;
    wanted = ((const mn_workload *)object)->kind;
    for (int i = 0; i < MN_KIND_COUNT; i++) {
        if (mn_kind_workload((mn_kind)i, &kind) && kind == wanted)
            return (mn_kind)i;
    }
    g_assert_not_reached();
}

/* With the namespace of -n where the object says none; metadata comes first in all of them. */
static const void *placed(const mn_act *act, const entry *e, const void *object, mn_kind kind)
{
    const mn_meta *meta = object;
    const char *ns = act->action->targets.namespace_;
    if (ns == NULL || meta->namespace_ != NULL || !mn_kind_is_namespaced(kind))
        return object;
    mn_meta *copy = mn_arena_alloc(act->world->arena, 1, e->size);
    memcpy(copy, object, e->size);
    copy->namespace_ = ns;
    return copy;
}

/* Calls `each` on every object of the action's files, in the order of the table. */
static bool for_each(mn_act *act,
                     bool (*each)(mn_act *act, const entry *e, mn_kind kind, const void *object))
{
    for (size_t i = 0; i < G_N_ELEMENTS(entries); i++) {
        const GPtrArray *list = list_of(act->action->objects, &entries[i]);
        for (guint j = 0; j < list->len; j++) {
            mn_kind kind = kind_of(&entries[i], list->pdata[j]);
            const void *object = placed(act, &entries[i], list->pdata[j], kind);
            if (!each(act, &entries[i], kind, object))
                return false;
        }
    }
    return true;
}

static bool find_old(const mn_act *act, mn_kind kind, const mn_meta *meta, mn_found *out)
{
    return meta->name != NULL &&
           mn_act_find_one(act->world, kind, mn_meta_namespace(meta), meta->name, out);
}

static bool is_own_version(const mn_found *found, const void *object)
{
    return found->other == object || (found->node != NULL && found->node->node == object) ||
           (found->workload != NULL && found->workload->object == object);
}

static bool apply_one(mn_act *act, const entry *e, mn_kind kind, const void *object)
{
    const mn_meta *meta = object;
    mn_found old;
    g_autofree char *resource = mn_kind_resource(kind);
    bool there = find_old(act, kind, meta, &old), same = there && is_own_version(&old, object);
    if (meta->name == NULL)
        return mn_act_fail(
            act, "error: from %s: cannot use generate name with apply", meta->generate_name);
    if (!same && !e->put(act, object, there ? &old : NULL))
        return false;
    mn_act_say(act,
               "%s/%s %s",
               resource,
               meta->name,
               same    ? "unchanged"
               : there ? "configured"
                       : "created");
    return true;
}

bool mn_act_apply(mn_act *act)
{
    return for_each(act, apply_one);
}

static bool create_one(mn_act *act, const entry *e, mn_kind kind, const void *object)
{
    const mn_meta *meta = object;
    mn_found old;
    g_autofree char *resource = mn_kind_resource(kind), *plural = mn_kind_plural(kind);
    if (find_old(act, kind, meta, &old))
        return mn_act_fail(
            act, "Error from server (AlreadyExists): %s \"%s\" already exists", plural, meta->name);
    if (meta->name == NULL)
        return mn_act_fail(act, "generateName is not known here: give it a name");
    if (!e->put(act, object, NULL))
        return false;
    mn_act_say(act, "%s/%s created", resource, meta->name);
    return true;
}

bool mn_act_create(mn_act *act)
{
    return for_each(act, create_one);
}

/* ---- delete */

static void remove_found(mn_act *act, const mn_found *found)
{
    mn_world *world = act->world;
    /* Freed with the object. */
    const char *ns = mn_arena_strdup(world->arena, mn_meta_namespace(found->meta));
    const char *name = mn_arena_strdup(world->arena, found->meta->name);
    if (found->node != NULL)
        mn_world_delete_node(world, name);
    else if (found->pod != NULL)
        mn_world_delete_pod(world, found->pod, MN_DEPARTS_DELETED, act->action->grace_period_s);
    else if (found->workload != NULL)
        mn_world_delete_workload(world, mn_kind_name(found->kind), ns, name);
    else if (found->kind == MN_KIND_NAMESPACE)
        mn_world_delete_namespace(world, name);
    else if (found->kind == MN_KIND_SERVICE)
        mn_world_delete_service(world, ns, name);
    else if (found->kind == MN_KIND_RUNTIME_CLASS)
        mn_world_delete_runtime_class(world, name);
    else if (found->kind == MN_KIND_PRIORITY_CLASS)
        mn_world_delete_priority_class(world, name);
    else
        mn_world_delete_disruption_budget(world, ns, name);
}

static void say_deleted(mn_act *act, const mn_found *found)
{
    g_autofree char *resource = mn_kind_resource(found->kind);
    bool namespaced = mn_kind_is_namespaced(found->kind);
    mn_act_say(act,
               "%s \"%s\" %sdeleted%s%s%s",
               resource,
               found->meta->name,
               act->action->grace_period_s == 0 ? "force " : "",
               namespaced ? " from " : "",
               namespaced ? mn_meta_namespace(found->meta) : "",
               namespaced ? " namespace" : "");
}

static bool delete_one(mn_act *act, const entry *e, mn_kind kind, const void *object)
{
    const mn_meta *meta = object;
    mn_found found;
    (void)e;
    if (!find_old(act, kind, meta, &found))
        return act->action->ignore_not_found ||
               mn_act_not_found(
                   act, kind, mn_meta_namespace(meta), meta->name == NULL ? "" : meta->name);
    say_deleted(act, &found);
    remove_found(act, &found);
    return true;
}

bool mn_act_delete(mn_act *act)
{
    if (act->action->objects != NULL)
        return for_each(act, delete_one);
    bool by_selector = act->action->targets.count > 0 && act->action->targets.items[0].name == NULL;
    g_autoptr(GArray) found = mn_act_find(act, act->action->ignore_not_found || by_selector);
    if (found == NULL)
        return false;
    if (found->len == 0)
        mn_act_say(act, "No resources found");
    for (guint i = 0; i < found->len; i++) {
        /* What goes along with one of them may be the next. */
        const mn_found *one = &g_array_index(found, mn_found, i);
        const mn_object_ref named = {.kind = one->kind, .name = one->meta->name};
        mn_found still;
        if (mn_act_find_one(
                act->world, named.kind, mn_meta_namespace(one->meta), named.name, &still)) {
            say_deleted(act, &still);
            remove_found(act, &still);
        }
    }
    return true;
}
