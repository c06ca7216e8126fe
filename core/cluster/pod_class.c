/* SPDX-License-Identifier: Apache-2.0 */
/* The class of a Pod: whatever scheduling reads of it, written out as bytes.
 *
 * Invariant: two Pods with equal bytes get equal answers from every plugin on every
 * node. What a plugin starts to read has to be written here. The exception is
 * spec.nodeName, which is another one for every Pod that was placed.
 */
#include "core/cluster/pod_class.h"

#include <string.h>

enum { RECENT = 1024 };

/* A copy: the struct of a Pod may be gone by now, what it points to is not. */
struct recent {
    mn_pod pod;
    const mn_pod_class *class_; /* NULL: nobody was here */
};

struct mn_pod_classes {
    struct recent recent[RECENT]; /* by where the containers are */
    mn_arena *arena;
    mn_intern *names;
    GHashTable *by_key; /* GBytes -> mn_pod_class */
    GByteArray *scratch;
    uint32_t count;
};

mn_pod_classes *mn_pod_classes_new(mn_arena *arena, mn_intern *names)
{
    mn_pod_classes *classes = g_new0(mn_pod_classes, 1);
    classes->arena = arena;
    classes->names = names;
    classes->by_key =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    classes->scratch = g_byte_array_new();
    return classes;
}

void mn_pod_classes_free(mn_pod_classes *classes)
{
    if (classes == NULL)
        return;
    g_hash_table_unref(classes->by_key);
    g_byte_array_unref(classes->scratch);
    g_free(classes);
}

/* ------------------------------------------------------------------ the key */

static void put_bytes(GByteArray *key, const void *bytes, size_t size)
{
    g_byte_array_append(key, bytes, (guint)size);
}

static void put_count(GByteArray *key, size_t count)
{
    const uint32_t narrow = (uint32_t)count;
    put_bytes(key, &narrow, sizeof narrow);
}

static void put_int(GByteArray *key, int64_t value)
{
    put_bytes(key, &value, sizeof value);
}

/* With its NUL, so that neighbours cannot run into one another; absent is not "". */
static void put_text(GByteArray *key, const char *text)
{
    static const char absent[] = "\xff";
    put_bytes(key, text == NULL ? absent : text, text == NULL ? 2 : strlen(text) + 1);
}

static void put_opt_int(GByteArray *key, mn_opt_int value)
{
    put_int(key, value.set);
    put_int(key, value.set ? value.value : 0);
}

static void put_strings(GByteArray *key, const mn_strings *strings)
{
    put_count(key, strings->count);
    for (size_t i = 0; i < strings->count; i++)
        put_text(key, strings->items[i]);
}

static void put_labels(GByteArray *key, const mn_labels *labels)
{
    const size_t count = labels->items == NULL ? 0 : labels->count;
    put_count(key, labels->items == NULL ? SIZE_MAX : count);
    for (size_t i = 0; i < count; i++) {
        put_text(key, labels->items[i].key);
        put_text(key, labels->items[i].value);
    }
}

static void put_requirements(GByteArray *key, const mn_requirements *requirements)
{
    put_count(key, requirements->count);
    for (size_t i = 0; i < requirements->count; i++) {
        const mn_requirement *requirement = &requirements->items[i];
        put_text(key, requirement->key);
        put_int(key, requirement->op);
        put_strings(key, &requirement->values);
    }
}

static void put_selector(GByteArray *key, const mn_label_selector *selector)
{
    put_int(key, selector != NULL);
    if (selector == NULL)
        return;
    put_labels(key, &selector->match_labels);
    put_requirements(key, &selector->match_expressions);
}

static void put_node_term(GByteArray *key, const mn_node_selector_term *term)
{
    put_requirements(key, &term->match_expressions);
    put_requirements(key, &term->match_fields);
}

static void put_node_affinity(GByteArray *key, const mn_node_affinity *affinity)
{
    put_int(key, affinity->required != NULL);
    const size_t terms = affinity->required == NULL ? 0 : affinity->required->terms.count;
    put_count(key, terms);
    for (size_t i = 0; i < terms; i++)
        put_node_term(key, &affinity->required->terms.items[i]);
    const size_t preferences = affinity->preferred.items == NULL ? 0 : affinity->preferred.count;
    put_count(key, affinity->preferred.items == NULL ? SIZE_MAX : preferences);
    for (size_t i = 0; i < preferences; i++) {
        put_opt_int(key, affinity->preferred.items[i].weight);
        put_node_term(key, &affinity->preferred.items[i].preference);
    }
}

static void put_pod_term(GByteArray *key, const mn_pod_affinity_term *term)
{
    put_selector(key, term->label_selector);
    put_selector(key, term->namespace_selector);
    put_text(key, term->topology_key);
    put_strings(key, &term->namespaces);
}

static void put_pod_affinity(GByteArray *key, const mn_pod_affinity *affinity)
{
    put_int(key, affinity != NULL);
    if (affinity == NULL)
        return;
    put_count(key, affinity->required.count);
    for (size_t i = 0; i < affinity->required.count; i++)
        put_pod_term(key, &affinity->required.items[i]);
    put_count(key, affinity->preferred.count);
    for (size_t i = 0; i < affinity->preferred.count; i++) {
        put_opt_int(key, affinity->preferred.items[i].weight);
        put_pod_term(key, &affinity->preferred.items[i].term);
    }
}

static void put_affinity(GByteArray *key, const mn_affinity *affinity)
{
    put_int(key, affinity != NULL);
    if (affinity == NULL)
        return;
    put_int(key, affinity->node != NULL);
    if (affinity->node != NULL)
        put_node_affinity(key, affinity->node);
    put_pod_affinity(key, affinity->pod);
    put_pod_affinity(key, affinity->pod_anti);
}

static void put_tolerations(GByteArray *key, const mn_tolerations *tolerations)
{
    put_count(key, tolerations->count);
    for (size_t i = 0; i < tolerations->count; i++) {
        const mn_toleration *toleration = &tolerations->items[i];
        put_text(key, toleration->key);
        put_text(key, toleration->value);
        put_int(key, toleration->op);
        put_int(key, toleration->effect);
    }
}

static void put_spread(GByteArray *key, const mn_spread_constraints *constraints)
{
    put_count(key, constraints->count);
    for (size_t i = 0; i < constraints->count; i++) {
        const mn_spread_constraint *constraint = &constraints->items[i];
        put_opt_int(key, constraint->max_skew);
        put_opt_int(key, constraint->min_domains);
        put_text(key, constraint->topology_key);
        put_int(key, constraint->when_unsatisfiable);
        put_int(key, constraint->node_affinity_policy);
        put_int(key, constraint->node_taints_policy);
        put_selector(key, constraint->label_selector);
        put_strings(key, &constraint->match_label_keys);
    }
}

static void put_resources(GByteArray *key, const mn_resources *resources)
{
    put_count(key, resources->count);
    for (size_t i = 0; i < resources->count; i++) {
        const mn_quantity quantity = resources->items[i].quantity;
        put_text(key, resources->items[i].name);
        put_bytes(key, &quantity.number, sizeof quantity.number);
        put_bytes(key, &quantity.estimate, sizeof quantity.estimate);
        put_int(key, quantity.scale);
        put_int(key, quantity.form);
    }
}

static void put_containers(GByteArray *key, const mn_containers *containers)
{
    put_count(key, containers->count);
    for (size_t i = 0; i < containers->count; i++) {
        const mn_container *container = &containers->items[i];
        put_text(key, container->image);
        put_text(key, container->restart_policy);
        put_resources(key, &container->resources.requests);
        put_resources(key, &container->resources.limits);
        put_count(key, container->ports.count);
        for (size_t j = 0; j < container->ports.count; j++) {
            put_text(key, container->ports.items[j].host_ip);
            put_text(key, container->ports.items[j].protocol);
            put_opt_int(key, container->ports.items[j].host_port);
        }
    }
}

static bool is_resizing(const mn_pod *pod)
{
    const mn_container_statuses *const lists[] = {&pod->status.container_statuses,
                                                  &pod->status.init_container_statuses};
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        for (size_t j = 0; j < lists[i]->count; j++) {
            if (lists[i]->items[j].resources != NULL)
                return true;
        }
    }
    return false;
}

static void put_owner(GByteArray *key, const mn_owner_reference *owner)
{
    put_text(key, owner == NULL ? NULL : owner->api_version);
    put_text(key, owner == NULL ? NULL : owner->kind);
    put_text(key, owner == NULL ? NULL : owner->name);
}

static void put_pod(GByteArray *key, const mn_pod *pod)
{
    put_text(key, mn_meta_namespace(&pod->meta));
    put_labels(key, &pod->meta.labels);
    put_owner(key, mn_meta_controller(&pod->meta));
    put_opt_int(key, pod->spec.priority);
    put_labels(key, &pod->spec.node_selector);
    put_affinity(key, pod->spec.affinity);
    put_tolerations(key, &pod->spec.tolerations);
    put_spread(key, &pod->spec.topology_spread_constraints);
    put_containers(key, &pod->spec.containers);
    put_containers(key, &pod->spec.init_containers);
    put_resources(key, &pod->spec.overhead);
    put_int(key, pod->spec.resources != NULL);
    if (pod->spec.resources != NULL)
        put_resources(key, &pod->spec.resources->requests);
    /* Rare, and different for every Pod: it gets a class of its own. */
    if (is_resizing(pod))
        put_bytes(key, &pod, sizeof pod);
}

/* ------------------------------------------------------------------ the class */

static size_t count_ports(const mn_containers *containers)
{
    size_t count = 0;
    for (size_t i = 0; i < containers->count; i++)
        count += containers->items[i].ports.count;
    return count;
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text == NULL || *text == '\0' ? otherwise : text;
}

static void take_ports(mn_pod_class *class_, const mn_container *container)
{
    for (size_t i = 0; i < container->ports.count; i++) {
        const mn_container_port *port = &container->ports.items[i];
        if (!port->host_port.set || port->host_port.value <= 0)
            continue;
        class_->ports[class_->port_count++] = (mn_host_port){
            .ip = or_else(port->host_ip, "0.0.0.0"),
            .protocol = or_else(port->protocol, "TCP"),
            .port = port->host_port.value,
        };
    }
}

static void find_ports(mn_arena *arena, const mn_pod *pod, mn_pod_class *class_)
{
    const size_t most =
        count_ports(&pod->spec.containers) + count_ports(&pod->spec.init_containers);
    class_->ports = MN_ARENA_NEW(arena, mn_host_port, most);
    for (size_t i = 0; i < pod->spec.init_containers.count; i++) {
        if (mn_container_is_sidecar(&pod->spec.init_containers.items[i]))
            take_ports(class_, &pod->spec.init_containers.items[i]);
    }
    for (size_t i = 0; i < pod->spec.containers.count; i++)
        take_ports(class_, &pod->spec.containers.items[i]);
}

static const mn_pod_class *class_new(mn_pod_classes *classes, const mn_pod *pod)
{
    mn_arena *arena = classes->arena;
    mn_pod_class *class_ = MN_ARENA_NEW(arena, mn_pod_class, 1);
    const mn_affinity *affinity = pod->spec.affinity;
    class_->id = classes->count++;
    class_->pod = pod;
    class_->namespace_ = mn_meta_namespace(&pod->meta);
    class_->priority = (int32_t)(pod->spec.priority.set ? pod->spec.priority.value : 0);
    class_->fit = mn_amounts_of_pod(arena, classes->names, pod, (mn_request_options){0});
    class_->requested =
        mn_amounts_of_pod(arena, classes->names, pod, (mn_request_options){.use_status = true});
    mn_request_options scoring = {.default_cpu = true, .default_memory = true};
    class_->score_pod_level = mn_amounts_of_pod(arena, classes->names, pod, scoring);
    scoring.ignore_pod_level = true;
    class_->score = mn_amounts_of_pod(arena, classes->names, pod, scoring);
    mn_amounts_nonzero(
        arena, classes->names, pod, &class_->nonzero_milli_cpu, &class_->nonzero_memory);
    find_ports(arena, pod, class_);
    class_->has_pod_affinity =
        affinity != NULL && (affinity->pod != NULL || affinity->pod_anti != NULL);
    class_->has_required_anti_affinity =
        affinity != NULL && affinity->pod_anti != NULL && affinity->pod_anti->required.count > 0;
    return class_;
}

/* Copies of one Pod, as a controller makes them: everything that the key holds is the
 * same memory. */
static bool share_all(const mn_pod *a, const mn_pod *b)
{
    const mn_pod_spec *left = &a->spec, *right = &b->spec;
    return a->meta.namespace_ == b->meta.namespace_ &&
           a->meta.labels.items == b->meta.labels.items &&
           a->meta.owners.items == b->meta.owners.items &&
           left->priority.set == right->priority.set &&
           left->priority.value == right->priority.value &&
           left->node_selector.items == right->node_selector.items &&
           left->affinity == right->affinity &&
           left->tolerations.items == right->tolerations.items &&
           left->topology_spread_constraints.items == right->topology_spread_constraints.items &&
           left->containers.items == right->containers.items &&
           left->init_containers.items == right->init_containers.items &&
           left->overhead.items == right->overhead.items && left->resources == right->resources &&
           a->status.container_statuses.items == b->status.container_statuses.items &&
           a->status.init_container_statuses.items == b->status.init_container_statuses.items;
}

static const mn_pod_class *look_up(mn_pod_classes *classes, const mn_pod *pod)
{
    g_byte_array_set_size(classes->scratch, 0);
    put_pod(classes->scratch, pod);
    g_autoptr(GBytes) probe = g_bytes_new_static(classes->scratch->data, classes->scratch->len);
    const mn_pod_class *known = g_hash_table_lookup(classes->by_key, probe);
    if (known != NULL)
        return known;
    const mn_pod_class *class_ = class_new(classes, pod);
    GBytes *key = g_bytes_new(classes->scratch->data, classes->scratch->len);
    g_hash_table_insert(classes->by_key, key, (gpointer)(uintptr_t)class_);
    return class_;
}

const mn_pod_class *mn_pod_classes_get(mn_pod_classes *classes, const mn_pod *pod)
{
    const size_t place = ((uintptr_t)pod->spec.containers.items >> 4) % RECENT;
    struct recent *recent = &classes->recent[place];
    if (recent->class_ != NULL && share_all(&recent->pod, pod))
        return recent->class_;
    *recent = (struct recent){.pod = *pod, .class_ = look_up(classes, pod)};
    return recent->class_;
}
