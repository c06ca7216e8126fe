/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/image_truth.h"

#include "mullion/os/image.h"

#include <string.h>

/* The policy's map knows one OS an image; both is "made for both", which is UNKNOWN there. */
static mn_os map_os(const mn_platforms *platforms)
{
    if (platforms->linux == platforms->windows)
        return MN_OS_UNKNOWN;
    return platforms->linux ? MN_OS_LINUX : MN_OS_WINDOWS;
}

mn_truth mn_truth_new(mn_arena *arena, const mn_scenario *scenario)
{
    mn_os_image_row *rows = MN_ARENA_NEW(arena, mn_os_image_row, scenario->image_count);
    for (size_t i = 0; i < scenario->image_count; i++) {
        const mn_image_truth *image = &scenario->images[i];
        rows[i].glob = image->match;
        rows[i].os = map_os(&image->platforms);
        rows[i].builds = image->builds;
    }
    mn_truth truth = {
        .scenario = scenario, .objects = scenario->objects, .policy = mn_os_policy_default};
    truth.policy.default_os = scenario->default_os;
    truth.policy.build_rule = MN_BUILD_RULE_AUTO;
    truth.policy.fallback_rule = scenario->fallback_rule;
    truth.policy.image_map = (mn_os_image_map){.items = rows, .count = scenario->image_count};
    return truth;
}

void mn_truth_need(const mn_truth *truth, const mn_meta *meta, const mn_pod_spec *spec,
                   mn_os_findings *scratch, mn_os_need *out)
{
    const char *class_name = spec->runtime_class_name;
    const mn_os_input input = {
        .meta = meta,
        .spec = spec,
        .runtime_class =
            class_name == NULL ? NULL : mn_objects_find_runtime_class(truth->objects, class_name),
    };
    mn_os_need_of(&truth->policy, &input, scratch, out);
}

static bool find_in_scenario(const mn_scenario *scenario, const char *image, mn_image_facts *out)
{
    for (size_t i = 0; i < scenario->image_count; i++) {
        const mn_image_truth *row = &scenario->images[i];
        if (!mn_image_matches(row->match, mn_str_of(image)))
            continue;
        *out = (mn_image_facts){
            .platforms = row->platforms, .builds = row->builds, .single = row->single};
        return true;
    }
    return false;
}

static bool judge_by_rules(const char *image, mn_image_facts *out)
{
    mn_image_verdict verdict = mn_image_judge(mn_str_of(image));
    if (!verdict.multi && (verdict.os == MN_OS_UNKNOWN || verdict.strength < MN_STRENGTH_STRONG))
        return false;
    *out = (mn_image_facts){
        .platforms = {.linux = verdict.multi || verdict.os == MN_OS_LINUX,
                      .windows = verdict.multi || verdict.os == MN_OS_WINDOWS},
        .builds = verdict.builds,
        .version = verdict.version,
    };
    return true;
}

mn_image_facts mn_truth_image(const mn_truth *truth, const char *image, const mn_os_need *need)
{
    mn_image_facts facts = {0};
    if (image != NULL &&
        (find_in_scenario(truth->scenario, image, &facts) || judge_by_rules(image, &facts)))
        return facts;
    switch (need->kind) {
    case MN_NEED_LINUX:
        facts.platforms.linux = true;
        break;
    case MN_NEED_WINDOWS:
        facts.platforms.windows = true;
        break;
    case MN_NEED_UNKNOWN:
    case MN_NEED_MIXED:
    case MN_NEED_CONTRADICTORY:
        break;
    }
    return facts;
}

/* ---- for the record */

static mn_os os_of(mn_os_need_kind kind)
{
    if (kind == MN_NEED_LINUX)
        return MN_OS_LINUX;
    return kind == MN_NEED_WINDOWS ? MN_OS_WINDOWS : MN_OS_UNKNOWN;
}

static mn_build_set builds_of(const mn_os_need *need)
{
    mn_build_set builds = need->selector_builds;
    for (size_t i = 0; i < need->image_build_count; i++)
        builds = mn_build_set_intersect(&builds, &need->image_builds[i]);
    return builds;
}

static const char *text_of(mn_arena *arena, const mn_os_need *need, const mn_build_set *builds)
{
    if (need->kind != MN_NEED_WINDOWS || !builds->bounded)
        return mn_os_need_name(need->kind);
    char buffer[MN_BUILD_SET_TEXT];
    return mn_arena_printf(arena, "windows %s", mn_build_set_format(builds, buffer));
}

/* "needs windows 10.0.17763: spec..." without what the column beside it says anyway. */
static const char *why_of(mn_arena *arena, const mn_os_need *need)
{
    g_autoptr(GString) why = g_string_new(NULL);
    mn_os_need_why(need, why);
    const char *text = why->str;
    const char *colon = strstr(text, ": ");
    if (g_str_has_prefix(text, "needs ") && colon != NULL)
        text = colon + 2;
    return mn_arena_strdup(arena, text);
}

mn_record_need mn_truth_record(mn_arena *arena, const mn_os_need *need)
{
    mn_record_need record = {
        .os = os_of(need->kind),
        .builds = builds_of(need),
        .strength = need->by_default ? MN_STRENGTH_NONE : need->evidence.strength,
    };
    record.text = text_of(arena, need, &record.builds);
    record.why = why_of(arena, need);
    return record;
}
