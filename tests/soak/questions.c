/* SPDX-License-Identifier: Apache-2.0 */
/* The rules are written down here once more, and simply: a Linux Pod fits Linux nodes, a Windows
 * Pod Windows nodes, a node that is not known fits none (unknownNodes: fail). Among the nodes of
 * each question both OSes are always there, so what `observe` answers shows. */
#include "tests/soak/questions.h"

#include <jansson.h>
#include <string.h>

enum { KINDS_OF_NODES = 4, WHOLE_MAX = 24, VICTIMS_MAX = 40, FEWEST = 8, EVEN = 5, BEST = 10 };

static const struct {
    const char *path;
    size_t nodes_max;
    bool whole;
} kinds[QUESTION_KINDS] = {
    [ASK_FILTER] = {"/filter", SOAK_NODES, false},
    [ASK_SCORES] = {"/prioritize", SOAK_NODES, false},
    [ASK_VICTIMS] = {"/preempt", VICTIMS_MAX, false},
    [ASK_FILTER_WHOLE] = {"/filter", WHOLE_MAX, true},
    [ASK_SCORES_WHOLE] = {"/prioritize", WHOLE_MAX, true},
    [ASK_VICTIMS_WHOLE] = {"/preempt", VICTIMS_MAX, false},
};

question question_draw(mn_rng *rng, size_t nodes_max)
{
    question made = {.kind = (question_kind)mn_rng_below(rng, QUESTION_KINDS)};
    const size_t most = MIN(nodes_max, kinds[made.kind].nodes_max);
    made.needs = mn_rng_below(rng, 2) == 0 ? NODE_LINUX : NODE_WINDOWS;
    made.first = (size_t)mn_rng_below(rng, SOAK_NODES);
    made.count = FEWEST + (size_t)mn_rng_below(rng, most - FEWEST + 1);
    made.salt = mn_rng_next(rng);
    return made;
}

const char *question_path(const question *self)
{
    return kinds[self->kind].path;
}

static size_t node_at(const question *self, size_t i)
{
    return (self->first + i) % SOAK_NODES;
}

/* With whole nodes. Of any eight in turn some are of either OS. */
static node_state said_state(const question *self, size_t i)
{
    return (i + self->salt) % 3 == 0 ? NODE_WINDOWS : NODE_LINUX;
}

/* ---- writing */

static const char *const specs[] = {
    [NODE_LINUX] = "{\"containers\":[{\"name\":\"c\",\"image\":\"redis:7.2\"}],\"tolerations\":[{"
                   "\"operator\":\"Exists\"}]}",
    [NODE_WINDOWS] =
        "{\"nodeSelector\":{\"kubernetes.io/os\":\"windows\"},\"containers\":[{"
        "\"name\":\"c\",\"image\":\"mcr.microsoft.com/windows/servercore:ltsc2022\"}]}",
};

static void write_names(const question *self, GString *out)
{
    g_string_append(out, "\"Nodes\":null,\"NodeNames\":[");
    for (size_t i = 0; i < self->count; i++)
        g_string_append_printf(
            out, "%s\"%s\"", i == 0 ? "" : ",", cluster_node_name(node_at(self, i)));
    g_string_append(out, "]}");
}

static void write_nodes(const question *self, GString *out)
{
    g_string_append(out, "\"Nodes\":{\"metadata\":{},\"items\":[");
    for (size_t i = 0; i < self->count; i++) {
        g_string_append(out, i == 0 ? "" : ",");
        cluster_append_node(out, node_at(self, i), said_state(self, i), (size_t)self->salt % 1000);
    }
    g_string_append(out, "]},\"NodeNames\":null}");
}

static void write_victims(const question *self, GString *out)
{
    const bool whole = self->kind == ASK_VICTIMS_WHOLE;
    g_string_append(out,
                    whole ? "\"NodeNameToMetaVictims\":null,\"NodeNameToVictims\":{"
                          : "\"NodeNameToVictims\":null,\"NodeNameToMetaVictims\":{");
    for (size_t i = 0; i < self->count; i++) {
        const size_t node = node_at(self, i);
        g_string_append_printf(
            out, "%s\"%s\":{\"Pods\":[", i == 0 ? "" : ",", cluster_node_name(node));
        g_string_append_printf(
            out,
            whole ? "{\"metadata\":{\"name\":\"v\",\"uid\":\"victim-%zu\"},\"spec\":{}}"
                  : "{\"UID\":\"victim-%zu\"}",
            node);
        g_string_append_printf(out, "],\"NumPDBViolations\":%zu}", node % 3);
    }
    g_string_append(out, "}}");
}

GString *question_write(const question *self, uint64_t number)
{
    GString *out = g_string_new(NULL);
    g_string_printf(out,
                    "{\"Pod\":{\"metadata\":{\"name\":\"soak-%lu\",\"namespace\":\"soak\","
                    "\"uid\":\"d1\"},\"spec\":%s},",
                    (unsigned long)number,
                    specs[self->needs]);
    switch (self->kind) {
    case ASK_FILTER:
    case ASK_SCORES:
        write_names(self, out);
        break;
    case ASK_FILTER_WHOLE:
    case ASK_SCORES_WHOLE:
        write_nodes(self, out);
        break;
    case ASK_VICTIMS:
    case ASK_VICTIMS_WHOLE:
        write_victims(self, out);
        break;
    }
    return out;
}

/* ---- reading */

typedef struct reading {
    const question *asked;
    uint8_t seen[SOAK_NODES]; /* what the answer says of each: a set of states; 0: nothing */
    size_t told, unfit;
    char *fault;
} reading;

static void fail(reading *self, const char *what, const char *detail)
{
    if (self->fault == NULL)
        self->fault = g_strdup_printf("%s: %s", what, detail == NULL ? "(null)" : detail);
}

static void tell(reading *self, const char *name, uint8_t states, bool fits)
{
    const question *asked = self->asked;
    const size_t node = cluster_node_of(name);
    if (node == SIZE_MAX || (node + SOAK_NODES - asked->first) % SOAK_NODES >= asked->count) {
        fail(self, "a node that was not asked about", name);
    } else if (self->seen[node] != 0) {
        fail(self, "told of twice", name);
    } else {
        self->seen[node] = states;
        self->told++;
        self->unfit += fits ? 0 : 1;
    }
}

static uint8_t only(node_state state)
{
    return (uint8_t)(1U << state);
}

static uint8_t all_but(node_state state)
{
    return (uint8_t)(ANY_STATE & ~(1U << state));
}

static uint8_t states_of_reason(reading *self, const char *reason)
{
    static const struct {
        const char *text;
        node_state state;
    } rows[] = {
        {"node(s) ran Windows, the Pod needs Linux", NODE_WINDOWS},
        {"node(s) ran Linux, the Pod needs Windows", NODE_LINUX},
        {"node(s) were not known to the extender yet", NODE_ABSENT},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_strcmp0(reason, rows[i].text) == 0 && rows[i].state != self->asked->needs)
            return only(rows[i].state);
    fail(self, "a reason that cannot be", reason);
    return ANY_STATE;
}

static void read_filter(reading *self, const json_t *answer)
{
    const bool whole = kinds[self->asked->kind].whole;
    const json_t *list = json_object_get(answer, whole ? "Nodes" : "NodeNames"), *reason;
    const json_t *items = whole ? json_object_get(list, "items") : list;
    json_t *failed = json_object_get(answer, "FailedAndUnresolvableNodes");
    const char *error = json_string_value(json_object_get(answer, "Error")), *name;
    if (error == NULL || *error != '\0')
        fail(self, "Error", error);
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const json_t *meta = json_object_get(item, "metadata");
        tell(self,
             json_string_value(whole ? json_object_get(meta, "name") : item),
             only(self->asked->needs),
             true);
    }
    json_object_foreach(failed, name, reason) {
        tell(self, name, states_of_reason(self, json_string_value(reason)), false);
    }
}

static void read_scores(reading *self, const json_t *answer)
{
    for (size_t i = 0; i < json_array_size(answer); i++) {
        const json_t *row = json_array_get(answer, i);
        const char *host = json_string_value(json_object_get(row, "Host"));
        const json_int_t score = json_integer_value(json_object_get(row, "Score"));
        if (strcmp(cluster_node_name(node_at(self->asked, i)), host == NULL ? "" : host) != 0)
            fail(self, "scores out of order", host);
        if (score != 0 && score != BEST && score != EVEN)
            fail(self, "a score that cannot be", host);
        const node_state needs = self->asked->needs;
        tell(self, host, score == BEST ? only(needs) : all_but(needs), score != 0);
        self->unfit += score == BEST ? SOAK_NODES : 0; /* `observe` has none */
    }
}

static void read_victims(reading *self, const json_t *answer)
{
    json_t *nodes = json_object_get(answer, "NodeNameToMetaVictims");
    const json_t *victims;
    const char *name;
    json_object_foreach(nodes, name, victims) {
        const json_t *first = json_array_get(json_object_get(victims, "Pods"), 0);
        const char *uid = json_string_value(json_object_get(first, "UID"));
        const size_t node = cluster_node_of(name);
        g_autofree char *want = g_strdup_printf("victim-%zu", node);
        if (g_strcmp0(uid, want) != 0 || node == SIZE_MAX ||
            json_integer_value(json_object_get(victims, "NumPDBViolations")) !=
                (json_int_t)(node % 3))
            fail(self, "other victims", name);
        tell(self, name, only(self->asked->needs), true);
    }
    /* Those left out are no fit. */
    for (size_t i = 0; i < self->asked->count; i++) {
        const size_t other = node_at(self->asked, i);
        if (self->seen[other] == 0)
            tell(self, cluster_node_name(other), all_but(self->asked->needs), false);
    }
}

/* Whole nodes say themselves what they are, and go back as they came. */
static void judge_whole(reading *self, unsigned mode, const char *body, size_t len)
{
    const question *asked = self->asked;
    for (size_t i = 0; i < asked->count; i++) {
        const node_state said = said_state(asked, i);
        const size_t node = node_at(asked, i);
        const bool enforced = (mode & MODE_OBSERVE) == 0;
        if (enforced && (self->seen[node] & only(said)) == 0)
            fail(self, "a whole node, misjudged", cluster_node_name(node));
        if (asked->kind != ASK_FILTER_WHOLE || (enforced && said != asked->needs))
            continue;
        g_autoptr(GString) bytes = g_string_new(NULL);
        cluster_append_node(bytes, node, said, (size_t)asked->salt % 1000);
        if (g_strstr_len(body, (gssize)len, bytes->str) == NULL)
            fail(self, "not the bytes that were sent", cluster_node_name(node));
    }
}

static void read_all(reading *self, const json_t *answer)
{
    switch (self->asked->kind) {
    case ASK_FILTER:
    case ASK_FILTER_WHOLE:
        read_filter(self, answer);
        break;
    case ASK_SCORES:
    case ASK_SCORES_WHOLE:
        read_scores(self, answer);
        break;
    case ASK_VICTIMS:
    case ASK_VICTIMS_WHOLE:
        read_victims(self, answer);
        break;
    }
    if (self->told != self->asked->count)
        fail(self, "not told of every node", question_path(self->asked));
}

char *question_read(const question *self, const char *body, size_t len, answer_facts *out)
{
    reading read = {.asked = self};
    json_t *answer = json_loadb(body, len, 0, NULL);
    if (answer == NULL)
        return g_strdup("not JSON");
    read_all(&read, answer);
    json_decref(answer);
    out->mode = read.unfit == 0 ? MODE_OBSERVE : MODE_ENFORCE;
    memset(out->allowed, ANY_STATE, sizeof out->allowed);
    if (kinds[self->kind].whole)
        judge_whole(&read, out->mode, body, len);
    else if (out->mode == MODE_ENFORCE)
        for (size_t node = 0; node < SOAK_NODES; node++)
            out->allowed[node] = read.seen[node] == 0 ? (uint8_t)ANY_STATE : read.seen[node];
    return read.fault;
}
