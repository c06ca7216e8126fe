/* SPDX-License-Identifier: Apache-2.0 */
/* What a Pod says of its OS, and what it leaves unsaid. */
#include "simulator/explain/ask.h"

#include <stdlib.h>
#include <string.h>

/* ---- signals */

static int by_weight(const void *a, const void *b)
{
    const mn_os_evidence *one = *(const mn_os_evidence *const *)a;
    const mn_os_evidence *other = *(const mn_os_evidence *const *)b;
    if (one->strength != other->strength)
        return one->strength > other->strength ? -1 : 1;
    if (one->signal->rank != other->signal->rank)
        return one->signal->rank < other->signal->rank ? -1 : 1;
    return one < other ? -1 : one > other;
}

static mn_explained_signal signal_of(mn_arena *arena, const mn_os_evidence *evidence)
{
    g_autoptr(GString) field = g_string_new(NULL), text = g_string_new(NULL);
    g_autofree char *suffix = g_strdup_printf(" (%s)", mn_strength_name(evidence->strength));
    mn_os_evidence_path(evidence, field);
    mn_os_evidence_format(evidence, text);
    if (g_str_has_suffix(text->str, suffix))
        g_string_truncate(text, text->len - strlen(suffix));
    return (mn_explained_signal){
        .os = evidence->os,
        .strength = evidence->strength,
        .id = evidence->signal->id,
        .field = mn_arena_strdup(arena, field->str),
        .text = mn_arena_strdup(arena, text->str),
    };
}

static void explain_signals(mn_ask *ask)
{
    const mn_os_findings *findings = ask->findings;
    const mn_os_evidence *sorted[MN_OS_EVIDENCE_MAX];
    for (size_t i = 0; i < findings->count; i++)
        sorted[i] = &findings->items[i];
    if (findings->count > 1)
        qsort(sorted, findings->count, sizeof *sorted, by_weight);
    mn_explained_signal *signals = MN_ARENA_NEW(ask->arena, mn_explained_signal, findings->count);
    for (size_t i = 0; i < findings->count; i++)
        signals[i] = signal_of(ask->arena, sorted[i]);
    ask->out->signals = signals;
    ask->out->signal_count = findings->count;
}

/* ---- what is not there */

static bool has_required_affinity(const mn_pod_spec *spec)
{
    return spec->affinity != NULL && spec->affinity->node != NULL &&
           spec->affinity->node->required != NULL;
}

static void explain_absent(mn_ask *ask, const mn_pod_spec *spec)
{
    const struct {
        const char *field;
        bool there;
    } rows[] = {
        {"spec.os", spec->os.name != NULL},
        {"nodeSelector", spec->node_selector.count > 0},
        {"node affinity", has_required_affinity(spec)},
        {"runtimeClassName", spec->runtime_class_name != NULL},
    };
    const char **absent = MN_ARENA_NEW(ask->arena, const char *, G_N_ELEMENTS(rows));
    size_t count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!rows[i].there)
            absent[count++] = rows[i].field;
    }
    ask->out->absent = absent;
    ask->out->absent_count = count;
}

static void explain_selects(mn_ask *ask, const mn_pod_spec *spec)
{
    const char **selects = MN_ARENA_NEW(ask->arena, const char *, spec->node_selector.count);
    for (size_t i = 0; i < spec->node_selector.count; i++)
        selects[i] = mn_arena_printf(ask->arena,
                                     "%s: %s",
                                     spec->node_selector.items[i].key,
                                     spec->node_selector.items[i].value);
    ask->out->selects = selects;
    ask->out->selects_count = spec->node_selector.count;
}

/* ---- tolerations */

const char *mn_taint_text(mn_arena *arena, const mn_taint *taint)
{
    return mn_arena_printf(arena,
                           "%s%s%s:%s",
                           taint->key,
                           *taint->value == '\0' ? "" : "=",
                           taint->value,
                           mn_taint_effect_name(taint->effect));
}

static const char *toleration_text(mn_arena *arena, const mn_toleration *toleration)
{
    const char *effect = mn_taint_effect_name(toleration->effect);
    const char *colon = *effect == '\0' ? "" : ":";
    if (*toleration->key == '\0')
        return mn_arena_printf(arena, "every taint%s%s", colon, effect);
    if (toleration->op == MN_TOLERATION_EXISTS)
        return mn_arena_printf(arena, "%s%s%s", toleration->key, colon, effect);
    return mn_arena_printf(arena, "%s=%s%s%s", toleration->key, toleration->value, colon, effect);
}

/* Those of Kubernetes itself (not-ready, unreachable, ...) are on every Pod and tell nothing. */
static bool is_usual(const mn_toleration *toleration)
{
    return g_str_has_prefix(toleration->key, "node.kubernetes.io/");
}

static void explain_tolerates(mn_ask *ask, const mn_pod_spec *spec)
{
    const char **texts = MN_ARENA_NEW(ask->arena, const char *, spec->tolerations.count);
    size_t count = 0;
    for (size_t i = 0; i < spec->tolerations.count; i++) {
        const mn_toleration *toleration = &spec->tolerations.items[i];
        if (!is_usual(toleration))
            texts[count++] = toleration_text(ask->arena, toleration);
    }
    ask->out->tolerates = texts;
    ask->out->tolerates_count = count;
}

/* ---- the need */

static const char *need_text(mn_arena *arena, const mn_os_need *need, const mn_record_need *record)
{
    switch (need->kind) {
    case MN_NEED_LINUX:
    case MN_NEED_WINDOWS:
        return mn_arena_printf(
            arena, "needs %s%s", record->text, need->by_default ? ", by default" : "");
    case MN_NEED_MIXED:
        return "has containers of both Linux and Windows: no node can run it";
    case MN_NEED_CONTRADICTORY:
        return "contradicts itself about its OS: no node will do";
    case MN_NEED_UNKNOWN:
        return "does not tell what OS it needs";
    }
    return "";
}

static const char *conflict_text(mn_arena *arena, const mn_os_need *need)
{
    if (!need->conflict || need->against.signal == NULL)
        return "";
    g_autoptr(GString) text = g_string_new(NULL);
    mn_os_evidence_format(&need->against, text);
    return mn_arena_strdup(arena, text->str);
}

void mn_explain_need(mn_ask *ask, const mn_candidate_pod *candidate)
{
    mn_explained *out = ask->out;
    const mn_pod_spec *spec = &candidate->pod->spec;
    out->need_kind = candidate->need.kind;
    out->need = mn_truth_record(ask->arena, &candidate->need);
    out->need_text = need_text(ask->arena, &candidate->need, &out->need);
    out->conflict = conflict_text(ask->arena, &candidate->need);
    explain_signals(ask);
    explain_absent(ask, spec);
    explain_selects(ask, spec);
    explain_tolerates(ask, spec);
}
