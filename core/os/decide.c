/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts and scores, once per class of nodes.
 *
 * Which hosts to spare: for each Windows class, count the offered nodes that could
 * stand in for it, that is, run an image of its build (its stand-ins, itself
 * included). A Server 2019 host can only be replaced by another one; a 2022 host
 * also by a 2025 host whose rule allows it. Among classes of equal score, the one
 * with the fewest stand-ins is needed most by others and loses a point; where all
 * have as many, the oldest build, because nobody adds hosts of it any more. So a Pod that any build
 * can run leaves the last 2019 host alone, and a Pod that only 2019 can run is not touched by the
 * rule: its classes are all of that build.
 */
#include "mullion/os/decide.h"

static const char *const mode_names[] = {"enforce", "prefer", "observe"};

const char *mn_os_mode_name(mn_os_mode mode)
{
    return mode_names[mode];
}

bool mn_os_mode_parse(mn_str text, mn_os_mode *out)
{
    for (size_t i = 0; i < MN_MODES; i++) {
        if (!mn_str_eq(text, mn_str_of(mode_names[i])))
            continue;
        *out = (mn_os_mode)i;
        return true;
    }
    return false;
}

const char *mn_os_reason_text(mn_os_reason reason)
{
    static const char *const texts[MN_REASONS] = {
        "",
#define REASON(name, text) text,
#include "core/os/reasons.def"
#undef REASON
    };
    return texts[reason];
}

void mn_os_classes_init(mn_os_classes *classes)
{
    static const mn_os_offer always[] = {
        [MN_CLASS_UNKNOWN] = {.os = MN_OS_UNKNOWN},
        [MN_CLASS_LINUX] = {.os = MN_OS_LINUX},
        [MN_CLASS_WINDOWS] = {.os = MN_OS_WINDOWS, .rule = MN_BUILD_RULE_ABI_1},
    };
    classes->count = G_N_ELEMENTS(always);
    for (size_t i = 0; i < classes->count; i++) {
        classes->offers[i] = always[i];
        classes->keys[i] = mn_os_offer_key(&always[i]);
    }
}

uint16_t mn_os_classes_add(mn_os_classes *classes, const mn_os_offer *offer)
{
    static const uint16_t without_room[MN_OS_COUNT] = {
        MN_CLASS_UNKNOWN, MN_CLASS_LINUX, MN_CLASS_WINDOWS};
    uint64_t key = mn_os_offer_key(offer);
    for (size_t i = 0; i < classes->count; i++)
        if (classes->keys[i] == key)
            return (uint16_t)i;
    if (classes->count == MN_OS_CLASSES_MAX)
        return without_room[offer->os];
    classes->offers[classes->count] = *offer;
    classes->keys[classes->count] = key;
    return (uint16_t)classes->count++;
}

/* Neighbours are often of one class, and to count in one place each would wait for the last. */
void mn_os_count_classes(const uint16_t *node_classes, size_t nodes,
                         uint32_t counts[MN_OS_CLASSES_MAX])
{
    uint32_t others[MN_OS_CLASSES_MAX] = {0};
    memset(counts, 0, MN_OS_CLASSES_MAX * sizeof counts[0]);
    for (size_t i = 0; i + 1 < nodes; i += 2) {
        counts[node_classes[i]]++;
        others[node_classes[i + 1]]++;
    }
    if (nodes % 2 != 0)
        counts[node_classes[nodes - 1]]++;
    for (size_t i = 0; i < MN_OS_CLASSES_MAX; i++)
        counts[i] += others[i];
}

static mn_os_reason reason_for(mn_os_fit fit, mn_os_need_kind kind)
{
    switch (fit) {
    case MN_FIT_RUNS:
    case MN_FIT_UNKNOWN:
        return MN_REASON_NONE;
    case MN_FIT_WRONG_OS:
        return kind == MN_NEED_LINUX ? MN_REASON_NEEDS_LINUX : MN_REASON_NEEDS_WINDOWS;
    case MN_FIT_WRONG_BUILD:
        return MN_REASON_WRONG_BUILD;
    case MN_FIT_MIXED:
        return MN_REASON_MIXED;
    case MN_FIT_CONTRADICTORY:
        return MN_REASON_CONTRADICTORY;
    }
    g_assert_not_reached();
}

/* A Pod of unknown OS is more often Linux: a point less for Windows hosts. */
static uint8_t score_of_unknown(const mn_os_need *need, const mn_os_offer *offer)
{
    bool spare = need->kind == MN_NEED_UNKNOWN && offer->os == MN_OS_WINDOWS;
    return spare ? MN_SCORE_UNKNOWN - MN_SCORE_SPARED : MN_SCORE_UNKNOWN;
}

static mn_os_verdict judge(const mn_os_need *need, const mn_os_offer *offer)
{
    mn_os_match match = mn_os_match_of(need, offer);
    mn_os_verdict verdict = {.fit = match.fit, .compatible = match.compatible};
    verdict.reason = reason_for(match.fit, need->kind);
    verdict.would_pass = verdict.reason == MN_REASON_NONE;
    if (match.fit == MN_FIT_RUNS)
        verdict.would_score = match.compatible ? MN_SCORE_COMPATIBLE : MN_SCORE_EXACT;
    else if (match.fit == MN_FIT_UNKNOWN)
        verdict.would_score = score_of_unknown(need, offer);
    return verdict;
}

/* Offered nodes that run an image of this class's build. */
static uint32_t stand_ins(const mn_os_classes *classes, const uint32_t *counts, size_t class)
{
    uint32_t total = 0;
    uint16_t build = classes->offers[class].version.build;
    for (size_t i = 0; i < classes->count; i++) {
        const mn_os_offer *offer = &classes->offers[i];
        if (offer->os == MN_OS_WINDOWS && offer->version.build != 0 &&
            mn_winbuild_runs(offer->version.build, build, offer->rule))
            total += counts[i];
    }
    return total;
}

static bool can_be_spared(const mn_os_classes *classes, const uint32_t *counts,
                          const mn_os_decision *decision, size_t class, uint8_t score)
{
    return counts[class] > 0 && classes->offers[class].version.build != 0 &&
           decision->verdicts[class].fit == MN_FIT_RUNS &&
           decision->verdicts[class].would_score == score;
}

/* Which hosts of this score are scarce: those with the fewest stand-ins, or,
 * where all have as many, those of build `oldest`. */
struct scarcity {
    uint32_t of_class[MN_OS_CLASSES_MAX]; /* UINT32_MAX: no candidate */
    uint32_t fewest, most;
    uint16_t oldest, newest;
};

static void count_stand_ins(const mn_os_classes *classes, const uint32_t *counts, uint8_t score,
                            const mn_os_decision *decision, struct scarcity *out)
{
    out->fewest = UINT32_MAX;
    out->most = 0;
    out->oldest = UINT16_MAX;
    out->newest = 0;
    for (size_t i = 0; i < classes->count; i++) {
        uint16_t build = classes->offers[i].version.build;
        out->of_class[i] = UINT32_MAX;
        if (!can_be_spared(classes, counts, decision, i, score))
            continue;
        out->of_class[i] = stand_ins(classes, counts, i);
        out->fewest = MIN(out->fewest, out->of_class[i]);
        out->most = MAX(out->most, out->of_class[i]);
        out->oldest = MIN(out->oldest, build);
        out->newest = MAX(out->newest, build);
    }
}

static void spare_scarce_hosts(const mn_os_classes *classes, const uint32_t *counts, uint8_t score,
                               mn_os_decision *decision)
{
    struct scarcity found;
    count_stand_ins(classes, counts, score, decision, &found);
    bool by_age = found.fewest == found.most;
    if (found.oldest >= found.newest)
        return;
    for (size_t i = 0; i < classes->count; i++) {
        bool old = classes->offers[i].version.build == found.oldest;
        if (found.of_class[i] != found.fewest || (by_age && !old))
            continue;
        decision->verdicts[i].would_score -= MN_SCORE_SPARED;
        decision->verdicts[i].spared = true;
    }
}

/* Whether it passes, and its score, as the mode has it. */
static void apply_mode(const mn_os_need *need, mn_os_mode mode, mn_os_verdict *verdict)
{
    bool watch_only = mode == MN_MODE_OBSERVE || need->exempt;
    verdict->passes = verdict->would_pass || mode != MN_MODE_ENFORCE || need->exempt;
    verdict->score = watch_only ? (uint8_t)MN_SCORE_UNKNOWN : verdict->would_score;
}

void mn_os_decide(const mn_os_need *need, mn_os_mode mode, const mn_os_classes *classes,
                  const uint32_t *counts, mn_os_decision *out)
{
    out->count = classes->count;
    for (size_t i = 0; i < classes->count; i++)
        out->verdicts[i] = judge(need, &classes->offers[i]);
    if (counts != NULL && need->kind == MN_NEED_WINDOWS) {
        spare_scarce_hosts(classes, counts, MN_SCORE_EXACT, out);
        spare_scarce_hosts(classes, counts, MN_SCORE_COMPATIBLE, out);
    }
    for (size_t i = 0; i < classes->count; i++)
        apply_mode(need, mode, &out->verdicts[i]);
}

void mn_os_refuse_unknown(const mn_os_need *need, mn_os_mode mode, mn_os_decision *decision)
{
    mn_os_verdict *verdict = &decision->verdicts[MN_CLASS_UNKNOWN];
    if (need->kind == MN_NEED_UNKNOWN || !verdict->would_pass)
        return;
    verdict->reason = MN_REASON_UNKNOWN_NODE;
    verdict->would_pass = false;
    verdict->would_score = MN_SCORE_WRONG;
    apply_mode(need, mode, verdict);
}
