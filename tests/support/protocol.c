/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/protocol.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static char *has_only(const json_t *object, const char *const *keys, size_t count)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return g_strdup("no object");
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        size_t i = 0;
        while (i < count && strcmp(keys[i], key) != 0)
            i++;
        if (i == count)
            return g_strdup_printf("a member %s", key);
    }
    return NULL;
}

static bool is_none(const json_t *value)
{
    return value == NULL || json_is_null(value);
}

/* ---- filter */

/* Of name -> how often it may still come; false: once too often. */
static bool take_away(json_t *left, const char *name)
{
    const json_t *count = name == NULL ? NULL : json_object_get(left, name);
    if (count == NULL)
        return false;
    if (json_integer_value(count) == 1)
        return json_object_del(left, name) == 0;
    return json_object_set_new(left, name, json_integer(json_integer_value(count) - 1)) == 0;
}

static char *take_reasons(json_t *left, const json_t *reasons)
{
    const char *node;
    json_t *reason;
    if (!json_is_object(reasons) && !is_none(reasons))
        return g_strdup("reasons that are no object");
    json_object_foreach((json_t *)(uintptr_t)reasons, node, reason) {
        if (!take_away(left, node))
            return g_strdup_printf("a reason for %s, which is not there, or passes too", node);
        if (json_string_length(reason) == 0 || strstr(json_string_value(reason), node) != NULL)
            return g_strdup_printf("a reason for %s that is empty or names it", node);
    }
    return NULL;
}

/* Whole nodes come back as they were sent. */
static char *take_nodes(json_t *left, const json_t *nodes, const json_t *sent)
{
    const json_t *items = json_object_get(nodes, "items");
    if (!json_is_array(items))
        return g_strdup("Nodes without items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *node = json_array_get(items, i);
        const json_t *meta = json_object_get(node, "metadata");
        const char *name = json_string_value(json_object_get(meta, "name"));
        bool same = false;
        for (size_t j = 0; !same && j < json_array_size(sent); j++)
            same = json_equal(node, json_array_get(sent, j)) != 0;
        if (!same || !take_away(left, name))
            return g_strdup_printf("a node %s that was not sent so, or twice", name);
    }
    return NULL;
}

static char *take_names(json_t *left, const json_t *names)
{
    if (!json_is_array(names))
        return g_strdup("NodeNames that are no array");
    for (size_t i = 0; i < json_array_size(names); i++)
        if (!take_away(left, json_string_value(json_array_get(names, i))))
            return g_strdup_printf("a name %s that was not sent, or twice",
                                   json_string_value(json_array_get(names, i)));
    return NULL;
}

/* name -> how often: an extender before us may have said it twice */
static json_t *names_sent(const json_t *request)
{
    json_t *left = json_object();
    const json_t *names = json_object_get(request, "NodeNames");
    const json_t *nodes = json_object_get(json_object_get(request, "Nodes"), "items");
    const json_t *list = json_is_array(names) ? names : nodes;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const json_t *meta = json_object_get(item, "metadata");
        const json_t *name = json_is_string(item) ? item : json_object_get(meta, "name");
        const char *text = json_string_value(name);
        const json_int_t before = json_integer_value(json_object_get(left, text));
        json_object_set_new(left, text, json_integer(before + 1));
    }
    return left;
}

/* The form is the request's, the other one is not there. */
static char *take_kept(json_t *left, const json_t *request, const json_t *answer)
{
    const json_t *nodes = json_object_get(answer, "Nodes");
    const json_t *names = json_object_get(answer, "NodeNames");
    const json_t *sent = json_object_get(request, "Nodes");
    if (is_none(sent))
        return is_none(nodes) ? take_names(left, names) : g_strdup("Nodes where names were sent");
    return is_none(names) ? take_nodes(left, nodes, json_object_get(sent, "items"))
                          : g_strdup("NodeNames where nodes were sent");
}

/* No eviction makes a node's OS another one: nothing is to be in FailedNodes. */
static char *fault_of_filter(const json_t *request, const json_t *answer)
{
    static const char *const keys[] = {
        "Nodes", "NodeNames", "FailedNodes", "FailedAndUnresolvableNodes", "Error"};
    char *fault = has_only(answer, keys, G_N_ELEMENTS(keys));
    const json_t *error = json_object_get(answer, "Error");
    json_t *left = names_sent(request);
    if (fault == NULL && json_string_length(error) > 0)
        fault = g_strdup_printf("Error: %s", json_string_value(error));
    if (fault == NULL && json_object_size(json_object_get(answer, "FailedNodes")) > 0)
        fault = g_strdup("FailedNodes");
    if (fault == NULL)
        fault = take_kept(left, request, answer);
    if (fault == NULL)
        fault = take_reasons(left, json_object_get(answer, "FailedAndUnresolvableNodes"));
    if (fault == NULL && json_object_size(left) > 0)
        fault = g_strdup("a node that neither passes nor has a reason");
    json_decref(left);
    return fault;
}

/* ---- prioritize */

/* Go reads Score as an int64: 7.0 would fail the call. */
static char *fault_of_scores(const json_t *request, const json_t *answer)
{
    static const char *const keys[] = {"Host", "Score"};
    json_t *left = names_sent(request);
    char *fault = json_is_array(answer) ? NULL : g_strdup("no array");
    for (size_t i = 0; fault == NULL && i < json_array_size(answer); i++) {
        const json_t *row = json_array_get(answer, i);
        const json_t *score = json_object_get(row, "Score");
        const char *host = json_string_value(json_object_get(row, "Host"));
        fault = has_only(row, keys, G_N_ELEMENTS(keys));
        if (fault == NULL && !take_away(left, host))
            fault = g_strdup_printf("a Host %s that was not sent, or twice", host);
        if (fault == NULL && (!json_is_integer(score) || json_integer_value(score) < 0 ||
                              json_integer_value(score) > 10))
            fault = g_strdup_printf("a Score of %s that is no integer of 0 to 10", host);
    }
    if (fault == NULL && json_object_size(left) > 0)
        fault = g_strdup("a node without a score");
    json_decref(left);
    return fault;
}

/* ---- preempt */

static const char *uid_of(const json_t *pod)
{
    const json_t *uid = json_object_get(pod, "UID");
    const json_t *meta = json_object_get(pod, "metadata");
    return json_string_value(uid != NULL ? uid : json_object_get(meta, "uid"));
}

/* The victims as they were sent: kube-scheduler v1.34 dies of null, and fails the call for none, or
 * for a UID that it does not know. */
static char *fault_of_victims(const char *node, const json_t *sent, const json_t *victims)
{
    static const char *const keys[] = {"Pods", "NumPDBViolations"};
    const json_t *before = json_object_get(sent, "Pods"), *after = json_object_get(victims, "Pods");
    char *fault = has_only(victims, keys, G_N_ELEMENTS(keys));
    if (fault != NULL)
        return fault;
    if (sent == NULL || !json_is_array(after) || json_array_size(after) == 0)
        return g_strdup_printf("%s was not sent, or is without Pods", node);
    if (json_array_size(before) != json_array_size(after))
        return g_strdup_printf("other victims on %s", node);
    for (size_t i = 0; i < json_array_size(after); i++)
        if (g_strcmp0(uid_of(json_array_get(before, i)), uid_of(json_array_get(after, i))) != 0)
            return g_strdup_printf("another victim on %s", node);
    if (json_integer_value(json_object_get(sent, "NumPDBViolations")) !=
        json_integer_value(json_object_get(victims, "NumPDBViolations")))
        return g_strdup_printf("another NumPDBViolations of %s", node);
    return NULL;
}

static char *fault_of_preempt(const json_t *request, const json_t *answer)
{
    static const char *const keys[] = {"NodeNameToMetaVictims"};
    const json_t *whole = json_object_get(request, "NodeNameToVictims");
    const json_t *sent = is_none(whole) ? json_object_get(request, "NodeNameToMetaVictims") : whole;
    const json_t *nodes = json_object_get(answer, "NodeNameToMetaVictims");
    const char *node;
    json_t *victims;
    char *fault = has_only(answer, keys, G_N_ELEMENTS(keys));
    if (fault == NULL && !json_is_object(nodes))
        fault = g_strdup("NodeNameToMetaVictims that is no object");
    if (fault != NULL)
        return fault;
    json_object_foreach((json_t *)(uintptr_t)nodes, node, victims) {
        fault = fault_of_victims(node, json_object_get(sent, node), victims);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

char *protocol_fault(const char *verb, mn_str request, mn_str answer)
{
    json_t *asked = json_loadb(request.ptr, request.len, 0, NULL);
    json_t *said = json_loadb(answer.ptr, answer.len, JSON_REJECT_DUPLICATES, NULL);
    char *fault = NULL;
    if (said == NULL)
        fault = g_strdup("no JSON, or more behind it");
    else if (strcmp(verb, "filter") == 0)
        fault = fault_of_filter(asked, said);
    else if (strcmp(verb, "prioritize") == 0)
        fault = fault_of_scores(asked, said);
    else
        fault = fault_of_preempt(asked, said);
    json_decref(asked);
    json_decref(said);
    return fault;
}
