/* SPDX-License-Identifier: Apache-2.0 */
/* Label selectors as kubectl's -l has them (apimachinery's labels.Parse): requirements with
 * commas between, all of which have to hold. */
#include "simulator/scenario/kubectl.h"

#include <string.h>

typedef struct query {
    mn_arena *arena;
    const char *text, *at;
    GError **error;
} query;

static bool fail(const query *q, const char *expected)
{
    g_set_error(q->error,
                MN_ERROR,
                MN_ERROR_SCHEMA,
                "expected %s at \"%.40s\" of the selector \"%.80s\"",
                expected,
                q->at,
                q->text);
    return false;
}

static void skip_blanks(query *q)
{
    q->at += strspn(q->at, " \t\r\n");
}

static bool take(query *q, const char *token)
{
    skip_blanks(q);
    if (!g_str_has_prefix(q->at, token))
        return false;
    q->at += strlen(token);
    return true;
}

/* A key or a value; NULL when there is none. */
static const char *take_word(query *q)
{
    skip_blanks(q);
    size_t len = strcspn(q->at, " \t\r\n,()=!<>");
    if (len == 0)
        return NULL;
    const char *word = mn_arena_strndup(q->arena, q->at, len);
    q->at += len;
    return word;
}

/* "(a,b)"; an empty value is one, too. */
static bool take_values(query *q, mn_strings *out)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    if (!take(q, "("))
        return fail(q, "( and a list of values");
    do {
        const char *word = take_word(q);
        g_ptr_array_add(values, (gpointer)(uintptr_t)(word == NULL ? "" : word));
    } while (take(q, ","));
    if (!take(q, ")"))
        return fail(q, "a comma or )");
    const char **items = MN_ARENA_NEW(q->arena, const char *, values->len);
    memcpy(items, values->pdata, values->len * sizeof *items);
    *out = (mn_strings){.items = items, .count = values->len};
    return true;
}

static bool take_value(query *q, mn_strings *out)
{
    const char **items = MN_ARENA_NEW(q->arena, const char *, 1);
    items[0] = take_word(q);
    if (items[0] == NULL)
        items[0] = "";
    *out = (mn_strings){.items = items, .count = 1};
    return true;
}

/* `!=` before `=`, `==` before `=`; a word has a blank before it. */
static const struct {
    const char *token;
    int op; /* mn_selector_operator */
    bool list;
} operators[] = {
    {"!=", MN_OP_NOT_IN, false},
    {"==", MN_OP_IN, false},
    {"=", MN_OP_IN, false},
    {">", MN_OP_GT, false},
    {"<", MN_OP_LT, false},
    {"notin", MN_OP_NOT_IN, true},
    {"in", MN_OP_IN, true},
};

static bool take_requirement(query *q, mn_requirement *out)
{
    bool absent = take(q, "!");
    out->key = take_word(q);
    out->op = absent ? MN_OP_DOES_NOT_EXIST : MN_OP_EXISTS;
    if (out->key == NULL)
        return fail(q, "a label's name");
    skip_blanks(q);
    if (absent || *q->at == '\0' || *q->at == ',')
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++) {
        if (!take(q, operators[i].token))
            continue;
        out->op = operators[i].op;
        return operators[i].list ? take_values(q, &out->values) : take_value(q, &out->values);
    }
    return fail(q, "=, ==, !=, in, notin, > or <");
}

const mn_label_selector *mn_label_query_parse(mn_arena *arena, const char *text, GError **error)
{
    query q = {.arena = arena, .text = text, .at = text, .error = error};
    g_autoptr(GArray) requirements = g_array_new(FALSE, TRUE, sizeof(mn_requirement));
    do {
        mn_requirement requirement = {.key = NULL};
        if (!take_requirement(&q, &requirement))
            return NULL;
        g_array_append_val(requirements, requirement);
    } while (take(&q, ","));
    skip_blanks(&q);
    if (*q.at != '\0') {
        fail(&q, "a comma");
        return NULL;
    }
    mn_requirement *items = MN_ARENA_NEW(arena, mn_requirement, requirements->len);
    memcpy(items, requirements->data, requirements->len * sizeof *items);
    mn_label_selector *selector = MN_ARENA_NEW(arena, mn_label_selector, 1);
    selector->match_expressions = (mn_requirements){.items = items, .count = requirements->len};
    return selector;
}
