/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario under a strategy: what no patch changes is shared with the scenario itself.
 *
 * Rules match what the scenario says, not what an earlier rule made of it, so that their order
 * only matters where two of them set the same field: the later one wins.
 */
#include "simulator/strategy/parts.h"
#include "simulator/strategy/patching.h"

#include <string.h>

/* A list of rules, as its errors and notes name it. */
typedef struct rule_list {
    const mn_patch_rules *rules;
    const char *path; /* "spec.nodes" */
    const char *noun; /* "node" */
    bool *used;
} rule_list;

typedef struct applying {
    const mn_scenario *base;
    const mn_strategy *strategy;
    mn_scenario *out;
    mn_matcher matcher;
    mn_os_offer *offers; /* of the base's nodes */
    rule_list nodes, workloads, pods, classes;
    GPtrArray *notes; /* const char *, in the arena */
} applying;

/* ---- one object under the rules that mean it */

typedef struct candidate {
    const char *subject; /* "Node win-0" */
    const char *kind;
    const mn_shape *shape;
    const void *object;
    bool (*matches)(const applying *a, const mn_match *match, const struct candidate *c);
    const char *pool;          /* of a node */
    const mn_os_offer *offer;  /* of a node */
    const mn_pod_facts *facts; /* of Pods and workloads */
} candidate;

/* The object itself, or a copy under the rules; NULL with *error set. */
static const void *under_rules(const applying *a, const rule_list *list, const candidate *c,
                               GError **error)
{
    const void *object = c->object;
    for (size_t i = 0; i < list->rules->count; i++) {
        const mn_patch_rule *rule = &list->rules->items[i];
        if (!c->matches(a, &rule->match, c))
            continue;
        list->used[i] = true;
        g_autofree char *field = g_strdup_printf("%s[%zu].patch", list->path, i);
        const mn_patching how = {
            .arena = a->out->arena,
            .shape = c->shape,
            .kind = c->kind,
            .strategy = a->strategy->file,
            .field = field,
            .subject = c->subject,
        };
        object = mn_patching_apply(&how, object, rule->patch, false, error);
        if (object == NULL)
            return NULL;
    }
    return object;
}

static rule_list list_of(const applying *a, const mn_patch_rules *rules, const char *path,
                         const char *noun)
{
    return (rule_list){
        .rules = rules,
        .path = path,
        .noun = noun,
        .used = MN_ARENA_NEW(a->out->arena, bool, rules->count),
    };
}

/* A built-in strategy has rules for builds that this cluster has none of: only when nothing of a
 * list finds anything, that is worth saying. */
static void note_unused(const applying *a, const rule_list *list)
{
    bool any_used = false;
    for (size_t i = 0; i < list->rules->count; i++)
        any_used = any_used || list->used[i];
    for (size_t i = 0; i < list->rules->count; i++) {
        if (!list->used[i] && !(any_used && a->strategy->shipped))
            g_ptr_array_add(a->notes,
                            (gpointer)(uintptr_t)mn_arena_printf(
                                a->out->arena, "%s[%zu] matches no %s", list->path, i, list->noun));
    }
}

static void store(GPtrArray *array, guint index, const void *object)
{
    array->pdata[index] = (gpointer)(uintptr_t)object;
}

/* ---- nodes */

static bool node_matches(const applying *a, const mn_match *match, const candidate *c)
{
    (void)a;
    return mn_match_node(match, c->object, c->offer, c->pool);
}

/* "" for a node that came on its own. */
static const char *pool_of(const mn_scenario *scenario, size_t index)
{
    for (size_t i = 0; i < scenario->pool_count; i++) {
        const mn_node_pool *pool = &scenario->pools[i];
        if (index >= pool->first && index - pool->first < pool->count)
            return pool->name;
    }
    return "";
}

static const void *node_under(const applying *a, const mn_node *node, const mn_os_offer *offer,
                              const char *pool, GError **error)
{
    g_autofree char *subject = g_strdup_printf("Node %s", node->meta.name);
    const candidate c = {
        .subject = subject,
        .kind = "Node",
        .shape = &mn_node_shape,
        .object = node,
        .matches = node_matches,
        .pool = pool,
        .offer = offer,
    };
    return under_rules(a, &a->nodes, &c, error);
}

/* What the timeline makes nodes from, when a pool grows. */
static bool patch_samples(applying *a, GError **error)
{
    mn_node_pool *pools = MN_ARENA_NEW(a->out->arena, mn_node_pool, a->base->pool_count);
    for (size_t i = 0; i < a->base->pool_count; i++) {
        pools[i] = a->base->pools[i];
        const mn_os_offer offer = mn_os_offer_of(&a->matcher.truth->policy, pools[i].sample);
        pools[i].sample = node_under(a, pools[i].sample, &offer, pools[i].name, error);
        if (pools[i].sample == NULL)
            return false;
    }
    a->out->pools = pools;
    return true;
}

static bool patch_nodes(applying *a, GError **error)
{
    GPtrArray *nodes = a->out->objects->nodes;
    for (guint i = 0; i < nodes->len; i++) {
        const mn_node *node = nodes->pdata[i];
        const void *patched = node_under(a, node, &a->offers[i], pool_of(a->base, i), error);
        if (patched == NULL)
            return false;
        a->out->touched.nodes += patched != node;
        store(nodes, i, patched);
    }
    return patch_samples(a, error);
}

/* ---- workloads and Pods */

static bool pod_matches(const applying *a, const mn_match *match, const candidate *c)
{
    (void)a;
    return mn_match_pod(match, c->facts);
}

/* Somebody else's to write: a ReplicaSet of a Deployment, a Pod of a StatefulSet. */
static bool is_made(const mn_meta *meta)
{
    return mn_meta_controller(meta) != NULL;
}

static const mn_pod_template *template_under(const applying *a, const mn_pod_names *names,
                                             const mn_pod_template *template, GError **error)
{
    mn_pod_facts facts = mn_matcher_facts(&a->matcher, names, &template->meta, &template->spec);
    g_autofree char *subject =
        g_strdup_printf("%s %s/%s", names->kind, names->namespace_, names->name);
    const candidate c = {
        .subject = subject,
        .kind = "PodTemplateSpec",
        .shape = &mn_pod_template_shape,
        .object = template,
        .matches = pod_matches,
        .facts = &facts,
    };
    return under_rules(a, &a->workloads, &c, error);
}

static mn_pod_names names_of(const mn_meta *meta, const char *kind)
{
    return (mn_pod_names){
        .namespace_ = mn_meta_namespace(meta),
        .kind = kind,
        .name = meta->name != NULL ? meta->name : meta->generate_name,
    };
}

static bool patch_templates(applying *a, GPtrArray *workloads, GError **error)
{
    for (guint i = 0; i < workloads->len; i++) {
        const mn_workload *workload = workloads->pdata[i];
        const mn_pod_names names = names_of(&workload->meta, mn_workload_kind_name(workload->kind));
        const mn_pod_template *template = &workload->spec.template;
        const mn_pod_template *patched = template_under(a, &names, template, error);
        if (patched == NULL)
            return false;
        if (patched == template)
            continue;
        mn_workload *copy = MN_ARENA_NEW(a->out->arena, mn_workload, 1);
        *copy = *workload;
        copy->spec.template = *patched;
        store(workloads, i, copy);
        a->out->touched.manifests += !is_made(&workload->meta);
    }
    return true;
}

/* A Pod that somebody wrote is a manifest, too. */
static bool patch_plain_pods(applying *a, GPtrArray *pods, GError **error)
{
    for (guint i = 0; i < pods->len; i++) {
        const mn_pod *pod = pods->pdata[i];
        if (is_made(&pod->meta))
            continue;
        const mn_pod_names names = names_of(&pod->meta, "Pod");
        const mn_pod_template template = {.meta = pod->meta, .spec = pod->spec};
        const mn_pod_template *patched = template_under(a, &names, &template, error);
        if (patched == NULL)
            return false;
        if (patched == &template)
            continue;
        mn_pod *copy = MN_ARENA_NEW(a->out->arena, mn_pod, 1);
        *copy = *pod;
        copy->meta = patched->meta;
        copy->meta.origin = pod->meta.origin;
        copy->spec = patched->spec;
        store(pods, i, copy);
        a->out->touched.manifests++;
    }
    return true;
}

static bool patch_pods(applying *a, GPtrArray *pods, GError **error)
{
    for (guint i = 0; i < pods->len; i++) {
        const mn_pod *pod = pods->pdata[i];
        const mn_pod_names names = names_of(&pod->meta, "Pod");
        mn_pod_facts facts = mn_matcher_facts(&a->matcher, &names, &pod->meta, &pod->spec);
        g_autofree char *subject = g_strdup_printf("Pod %s/%s", names.namespace_, names.name);
        const candidate c = {
            .subject = subject,
            .kind = "Pod",
            .shape = &mn_pod_shape,
            .object = pod,
            .matches = pod_matches,
            .facts = &facts,
        };
        const mn_pod *patched = under_rules(a, &a->pods, &c, error);
        if (patched == NULL)
            return false;
        a->out->touched.manifests += patched != pod;
        store(pods, i, patched);
    }
    return true;
}

/* ---- RuntimeClasses */

static bool class_matches(const applying *a, const mn_match *match, const candidate *c)
{
    (void)a;
    return mn_match_object(match, c->object);
}

static bool patch_classes(applying *a, GPtrArray *classes, GError **error)
{
    for (guint i = 0; i < classes->len; i++) {
        const mn_runtime_class *one = classes->pdata[i];
        g_autofree char *subject = g_strdup_printf("RuntimeClass %s", one->meta.name);
        const candidate c = {
            .subject = subject,
            .kind = "RuntimeClass",
            .shape = &mn_runtime_class_shape,
            .object = one,
            .matches = class_matches,
        };
        const void *patched = under_rules(a, &a->classes, &c, error);
        if (patched == NULL)
            return false;
        a->out->touched.objects += patched != one;
        store(classes, i, patched);
    }
    return true;
}

/* ---- whatever is in a collection */

static bool patch_objects(applying *a, mn_objects *objects, GError **error)
{
    return patch_pods(a, objects->pods, error) && patch_templates(a, objects->workloads, error) &&
           patch_plain_pods(a, objects->pods, error) &&
           patch_classes(a, objects->runtime_classes, error);
}

/* What the timeline applies and creates is written by people, too. */
static bool patch_timeline(applying *a, GError **error)
{
    const mn_timeline *timeline = &a->base->timeline;
    mn_action *actions = MN_ARENA_NEW(a->out->arena, mn_action, timeline->count);
    for (size_t i = 0; i < timeline->count; i++) {
        actions[i] = timeline->items[i];
        if (actions[i].objects == NULL)
            continue;
        mn_objects *objects = mn_objects_share(actions[i].objects);
        g_ptr_array_add(a->out->timeline_objects, objects);
        actions[i].objects = objects;
        if (!patch_objects(a, objects, error))
            return false;
    }
    a->out->timeline = (mn_timeline){.items = actions, .count = timeline->count};
    return true;
}

/* ---- objects that the strategy brings */

static bool some_node_matches(const applying *a, const mn_match *match)
{
    const GPtrArray *nodes = a->base->objects->nodes;
    for (guint i = 0; i < nodes->len; i++) {
        if (mn_match_node(match, nodes->pdata[i], &a->offers[i], pool_of(a->base, i)))
            return true;
    }
    return false;
}

static bool meta_matches(const applying *a, const mn_match *match, const mn_meta *meta,
                         const char *kind, const mn_pod_template *template)
{
    const mn_pod_names names = names_of(meta, kind);
    const mn_pod_facts facts =
        mn_matcher_facts(&a->matcher, &names, &template->meta, &template->spec);
    return mn_match_pod(match, &facts);
}

static bool some_workload_matches(const applying *a, const mn_match *match)
{
    const mn_objects *objects = a->base->objects;
    for (guint i = 0; i < objects->workloads->len; i++) {
        const mn_workload *workload = objects->workloads->pdata[i];
        if (meta_matches(a,
                         match,
                         &workload->meta,
                         mn_workload_kind_name(workload->kind),
                         &workload->spec.template))
            return true;
    }
    for (guint i = 0; i < objects->pods->len; i++) {
        const mn_pod *pod = objects->pods->pdata[i];
        const mn_pod_template template = {.meta = pod->meta, .spec = pod->spec};
        if (meta_matches(a, match, &pod->meta, "Pod", &template))
            return true;
    }
    return false;
}

static bool is_wanted(const applying *a, const mn_match *match)
{
    if (mn_match_is_empty(match))
        return true;
    return (!mn_match_asks_pods(match) && some_node_matches(a, match)) ||
           (!mn_match_asks_nodes(match) && some_workload_matches(a, match));
}

/* In place of one of that name, as kubectl apply does it. Every object begins with its
 * metadata. */
static void put(GPtrArray *array, const mn_meta *fresh)
{
    for (guint i = 0; fresh->name != NULL && i < array->len; i++) {
        const mn_meta *meta = array->pdata[i];
        if (g_strcmp0(meta->name, fresh->name) == 0 &&
            strcmp(mn_meta_namespace(meta), mn_meta_namespace(fresh)) == 0) {
            store(array, i, fresh);
            return;
        }
    }
    g_ptr_array_add(array, (gpointer)(uintptr_t)fresh);
}

static void put_all(mn_objects *into, const mn_objects *from)
{
    const struct {
        GPtrArray *into;
        const GPtrArray *from;
    } rows[] = {
        {into->pods, from->pods},
        {into->workloads, from->workloads},
        {into->services, from->services},
        {into->namespaces, from->namespaces},
        {into->runtime_classes, from->runtime_classes},
        {into->priority_classes, from->priority_classes},
        {into->disruption_budgets, from->disruption_budgets},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (guint j = 0; j < rows[i].from->len; j++)
            put(rows[i].into, rows[i].from->pdata[j]);
    }
}

static void create_objects(applying *a)
{
    for (size_t i = 0; i < a->strategy->objects.count; i++) {
        if (!is_wanted(a, &a->strategy->objects.items[i].match))
            continue;
        put_all(a->out->objects, a->strategy->created[i]);
        a->out->touched.objects++;
    }
}

/* ---- the control plane */

typedef struct scheduler_taker {
    mn_arena *arena;
    const mn_scheduler_config *config;
} scheduler_taker;

static bool take_scheduler(const mn_document *document, gpointer data, GError **error)
{
    scheduler_taker *taker = data;
    mn_at root = mn_at_root(document);
    taker->config = mn_scheduler_config_decode(taker->arena, &root, error);
    return taker->config != NULL;
}

/* What kube-scheduler has when nobody wrote a file. The caller frees it. */
static char *plain_configuration(void)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "apiVersion", "kubescheduler.config.k8s.io/v1");
    mn_json_member_string(&json, "kind", "KubeSchedulerConfiguration");
    mn_json_end_object(&json);
    return mn_json_writer_steal(&json, NULL);
}

/* The place in an error is one of the patched text, which is a single line: the field counts. */
static bool patch_scheduler(applying *a, GError **error)
{
    if (a->strategy->scheduler == NULL)
        return true;
    const mn_patching how = {
        .arena = a->out->arena,
        .kind = "KubeSchedulerConfiguration",
        .strategy = a->strategy->file,
        .field = "spec.scheduler",
        .subject = "KubeSchedulerConfiguration",
    };
    g_autofree char *plain = plain_configuration();
    const char *before = a->base->scheduler_text == NULL ? plain : a->base->scheduler_text;
    g_autofree char *after = mn_patching_text(&how, before, a->strategy->scheduler, error);
    if (after == NULL)
        return false;
    const mn_source source = {.name = a->strategy->file, .bytes = after, .len = strlen(after)};
    a->out->scheduler_text = mn_arena_strdup(a->out->arena, after);
    a->out->touched.scheduler_files = 1;
    scheduler_taker taker = {.arena = a->out->arena};
    if (!mn_document_each(&source, &mn_document_limits_default, take_scheduler, &taker, error))
        return false;
    a->out->scheduler = taker.config;
    return true;
}

static void set_extender(applying *a)
{
    const mn_strategy_extender *extender = &a->strategy->extender;
    mn_scenario *out = a->out;
    if (!extender->is_there)
        return;
    if (extender->mode != out->extender_mode)
        out->touched.scheduler_files = 1;
    out->extender_mode = extender->mode;
    if (extender->has_default_os)
        out->extender_default_os = extender->default_os;
    if (extender->has_build_rule)
        out->build_rule = extender->build_rule;
    if (extender->has_fallback_rule)
        out->fallback_rule = extender->fallback_rule;
}

static bool has_default_selector(const mn_admission_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->default_node_selector.count; i++) {
        if (mn_match_namespace(&rules->default_node_selector.items[i].match, name))
            return true;
    }
    return false;
}

static void count_namespace(const applying *a, GHashTable *seen, const mn_meta *meta)
{
    const char *name = mn_meta_namespace(meta);
    if (g_hash_table_add(seen, (gpointer)(uintptr_t)name) &&
        has_default_selector(&a->strategy->admission, name))
        a->out->touched.namespaces++;
}

/* An annotation on each namespace that has workloads, and a file that switches the plugin on. */
static void count_admission(const applying *a)
{
    const mn_admission_rules *rules = &a->strategy->admission;
    const mn_objects *objects = a->base->objects;
    a->out->touched.objects += 2 * rules->mutate.count; /* each a policy and its binding */
    if (rules->default_node_selector.count == 0)
        return;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < objects->workloads->len; i++)
        count_namespace(a, seen, &((const mn_workload *)objects->workloads->pdata[i])->meta);
    for (guint i = 0; i < objects->pods->len; i++)
        count_namespace(a, seen, &((const mn_pod *)objects->pods->pdata[i])->meta);
    a->out->touched.apiserver_files = 1;
}

/* ---- the whole */

static void free_objects(gpointer objects)
{
    mn_objects_free(objects);
}

static mn_scenario *share(const mn_scenario *base)
{
    mn_scenario *out = g_new0(mn_scenario, 1);
    *out = *base;
    out->arena = mn_arena_new();
    out->objects = mn_objects_share(base->objects);
    out->timeline_objects = g_ptr_array_new_with_free_func(free_objects);
    out->touched = (mn_touched){0};
    return out;
}

static void look_at_nodes(applying *a)
{
    const GPtrArray *nodes = a->base->objects->nodes;
    a->offers = MN_ARENA_NEW(a->out->arena, mn_os_offer, nodes->len);
    for (guint i = 0; i < nodes->len; i++)
        a->offers[i] = mn_os_offer_of(&a->matcher.truth->policy, nodes->pdata[i]);
}

static void keep_notes(const applying *a)
{
    note_unused(a, &a->nodes);
    note_unused(a, &a->workloads);
    note_unused(a, &a->pods);
    note_unused(a, &a->classes);
    const char **items = MN_ARENA_NEW(a->out->arena, const char *, a->notes->len);
    for (guint i = 0; i < a->notes->len; i++)
        items[i] = a->notes->pdata[i];
    a->out->strategy_notes = (mn_strings){.items = items, .count = a->notes->len};
}

static applying begin(const mn_scenario *base, const mn_strategy *strategy, const mn_truth *truth,
                      mn_scenario *out, GPtrArray *notes)
{
    applying a = {
        .base = base,
        .strategy = strategy,
        .out = out,
        .matcher = {.truth = truth, .scratch = MN_ARENA_NEW(out->arena, mn_os_findings, 1)},
        .notes = notes,
    };
    a.nodes = list_of(&a, &strategy->nodes, "spec.nodes", "node");
    a.workloads = list_of(&a, &strategy->workloads, "spec.workloads", "workload");
    a.pods = list_of(&a, &strategy->pods, "spec.pods", "Pod");
    a.classes = list_of(&a, &strategy->runtime_classes, "spec.runtimeClasses", "RuntimeClass");
    look_at_nodes(&a);
    return a;
}

mn_scenario *mn_scenario_under(const mn_scenario *base, const mn_strategy *strategy, GError **error)
{
    g_autoptr(mn_scenario) out = share(base);
    g_autoptr(GPtrArray) notes = g_ptr_array_new();
    const mn_truth truth = mn_truth_new(out->arena, base);
    applying a = begin(base, strategy, &truth, out, notes);
    out->strategy = strategy;
    if (!patch_nodes(&a, error) || !patch_objects(&a, out->objects, error) ||
        !patch_timeline(&a, error) || !patch_scheduler(&a, error))
        return NULL;
    create_objects(&a);
    set_extender(&a);
    count_admission(&a);
    keep_notes(&a);
    return g_steal_pointer(&out);
}
