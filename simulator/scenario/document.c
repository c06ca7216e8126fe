/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of `kind: Scenario`.
 *
 * Strict throughout: a field that is not listed here is an error with the nearest name, so
 * that a scenario never says something that is quietly left out of the run.
 */
#include "simulator/scenario/parts.h"

#include <string.h>

enum { MAX_IMAGES = 10000, MAX_POOLS = 1000 };

const mn_extender_spec mn_extender_spec_default = {
    .mode = MN_EXTENDER_OFF,
    .default_os = MN_OS_LINUX,
    .build_rule = MN_BUILD_RULE_AUTO,
    .fallback_rule = MN_BUILD_RULE_ABI_1,
};

static bool is_absent(const mn_at *at, const char *key)
{
    mn_at member = mn_at_member(at, key);
    return !mn_at_is_there(&member);
}

/* A row's decoder for one of a few words: `names` ends with NULL, `values` goes along.
 * NOLINTBEGIN(bugprone-macro-parentheses): a type cannot stand in parentheses. */
#define WORDS(function, type, names, values)                                          \
    static bool function(mn_arena *arena, const mn_at *at, void *out, GError **error) \
    {                                                                                 \
        type *target = out;                                                           \
        (void)arena;                                                                  \
        int index = 0;                                                                \
        if (!mn_read_word(at, names, &index, error))                                  \
            return false;                                                             \
        *target = (values)[index];                                                    \
        return true;                                                                  \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

static const char *const os_words[] = {"linux", "windows", "unknown", NULL};
static const mn_os oses[] = {MN_OS_LINUX, MN_OS_WINDOWS, MN_OS_UNKNOWN};
WORDS(decode_default_os, mn_os, os_words, oses)

static const char *const tie_break_words[] = {"random", "first", NULL};
static const bool tie_breaks[] = {false, true};
WORDS(decode_tie_break, bool, tie_break_words, tie_breaks)

static const char *const manifest_words[] = {"list", "single", NULL};
static const mn_tristate manifests[] = {MN_FALSE, MN_TRUE};
WORDS(decode_manifest, mn_tristate, manifest_words, manifests)

static const char *const mode_words[] = {"off", "observe", "prefer", "enforce", NULL};
static const mn_extender_mode modes[] = {
    MN_EXTENDER_OFF, MN_EXTENDER_OBSERVE, MN_EXTENDER_PREFER, MN_EXTENDER_ENFORCE};
WORDS(decode_mode, mn_extender_mode, mode_words, modes)

const char *mn_extender_mode_name(mn_extender_mode mode)
{
    return mode_words[mode];
}

static const char *const rule_words[] = {"auto", "exact", "abi-1", "abi-2", NULL};
static const mn_build_rule rules[] = {
    MN_BUILD_RULE_AUTO, MN_BUILD_RULE_EXACT, MN_BUILD_RULE_ABI_1, MN_BUILD_RULE_ABI_2};
WORDS(decode_rule, mn_build_rule, rule_words, rules)

/* What counts where auto finds no answer. */
WORDS(decode_fallback_rule, mn_build_rule, rule_words + 1, rules + 1)

/* ---- images */

static bool add_platform(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    mn_os os = MN_OS_UNKNOWN;
    if (!mn_decode_os(arena, at, &os, error))
        return false;
    mn_platforms *platforms = out;
    platforms->linux = platforms->linux || os == MN_OS_LINUX;
    platforms->windows = platforms->windows || os == MN_OS_WINDOWS;
    return true;
}

/* One word or both. */
static bool decode_platforms(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    return mn_decode_one_or_many(arena, at, add_platform, out, error);
}

bool mn_decode_size(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    char buffer[MN_NUMBER_TEXT];
    const char *text = "";
    mn_quantity size;
    if (!mn_read_scalar_text(at, buffer, &text, error))
        return false;
    const mn_quantity most = mn_quantity_of(INT64_C(1) << 60); /* 1Ei; larger ones may wrap */
    if (!mn_quantity_parse(text, &size, NULL) || mn_quantity_sign(size) < 0 ||
        mn_quantity_cmp(size, most) > 0)
        return mn_at_error(
            at, MN_ERROR_SCHEMA, error, "expected a size such as 280Mi, found \"%.60s\"", text);
    *(int64_t *)out = mn_quantity_value(size);
    return true;
}

static bool check_image(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    const mn_image_truth *truth = out;
    mn_at builds = mn_at_member(at, "builds");
    if (!truth->platforms.linux && !truth->platforms.windows)
        return mn_at_error(
            at, MN_ERROR_SCHEMA, error, "required field \"os\" is missing: linux, windows or both");
    return truth->platforms.windows || !truth->builds.bounded ||
           mn_at_error(
               &builds, MN_ERROR_SCHEMA, error, "only a Windows image has builds: os is linux");
}

static const mn_field image_fields[] = {
    {.name = "match",
     .offset = offsetof(mn_image_truth, match),
     .kind = MN_FIELD_STRING,
     .required = true},
    MN_FIELD_WORDS(mn_image_truth, platforms, "os", decode_platforms, mn_os_words),
    MN_FIELD_BY(mn_image_truth, builds, "builds", mn_decode_builds),
    MN_FIELD_WORDS(mn_image_truth, single, "manifest", decode_manifest, manifest_words),
    MN_FIELD_BY(mn_image_truth, size_bytes, "size", mn_decode_size),
};
const mn_shape mn_image_truth_shape = {
    .name = "image",
    .size = sizeof(mn_image_truth),
    .fields = image_fields,
    .count = G_N_ELEMENTS(image_fields),
    .strict = true,
    .check = check_image,
};

/* ---- extender */

static const mn_field extender_fields[] = {
    MN_FIELD_WORDS(mn_extender_spec, mode, "mode", decode_mode, mode_words),
    MN_FIELD_WORDS(mn_extender_spec, default_os, "defaultOS", decode_default_os, os_words),
    MN_FIELD_WORDS(mn_extender_spec, build_rule, "buildRule", decode_rule, rule_words),
    MN_FIELD_WORDS(mn_extender_spec, fallback_rule, "fallbackRule", decode_fallback_rule,
                   rule_words + 1),
};
const mn_shape mn_extender_shape = {
    .name = "extender",
    .size = sizeof(mn_extender_spec),
    .fields = extender_fields,
    .count = G_N_ELEMENTS(extender_fields),
    .strict = true,
};

/* An extender that is there enforces unless it says otherwise; defaults are not zero. */
bool mn_decode_extender(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    mn_extender_spec *spec = out;
    if (!mn_decode(arena, &mn_extender_shape, at, spec, error))
        return false;
    if (is_absent(at, "mode"))
        spec->mode = MN_EXTENDER_ENFORCE;
    if (is_absent(at, "defaultOS"))
        spec->default_os = mn_extender_spec_default.default_os;
    if (is_absent(at, "fallbackRule"))
        spec->fallback_rule = mn_extender_spec_default.fallback_rule;
    return true;
}

/* ---- spec */

static bool decode_kubernetes(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    char buffer[MN_NUMBER_TEXT];
    const char *text = "";
    (void)arena;
    if (!mn_read_scalar_text(at, buffer, &text, error))
        return false;
    if (strcmp(text, "1.34") != 0)
        return mn_at_error(at,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected \"1.34\", the version whose kube-scheduler is modelled, found "
                           "\"%.60s\"",
                           text);
    *(const char **)out = "1.34";
    return true;
}

static bool decode_fix(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    int index = 0;
    (void)arena;
    if (!mn_read_word(at, mn_quirk_names, &index, error))
        return false;
    mn_quirks_fix(out, index);
    return true;
}

static bool decode_upstream_fixes(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    return mn_decode_one_or_many(arena, at, decode_fix, out, error);
}

static bool check_spec(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    mn_scenario_spec *spec = out;
    mn_at seed = mn_at_member(at, "seed");
    mn_at pools = mn_at_member(at, "nodePools"), images = mn_at_member(at, "images");
    mn_at percentage = mn_at_member(at, "percentageOfNodesToScore");
    if (is_absent(at, "extender"))
        spec->extender = mn_extender_spec_default;
    if (is_absent(at, "kubelet"))
        spec->kubelet = mn_kubelet_settings_default;
    if (spec->seed.value < 0)
        return mn_at_error(&seed, MN_ERROR_SCHEMA, error, "expected a number of 0 or more");
    if (spec->percentage.value < 0 || spec->percentage.value > 100)
        return mn_at_error(&percentage, MN_ERROR_SCHEMA, error, "expected a number from 0 to 100");
    if (spec->pools.count > MAX_POOLS)
        return mn_at_error(&pools, MN_ERROR_LIMIT, error, "more than %d node pools", MAX_POOLS);
    if (spec->images.count > MAX_IMAGES)
        return mn_at_error(&images, MN_ERROR_LIMIT, error, "more than %d images", MAX_IMAGES);
    return true;
}

#define SPEC(member, name, kind)       MN_FIELD(mn_scenario_spec, member, name, kind)
#define SPEC_BY(member, name, decoder) MN_FIELD_BY(mn_scenario_spec, member, name, decoder)
#define SPEC_WORDS(member, name, decoder, words) \
    MN_FIELD_WORDS(mn_scenario_spec, member, name, decoder, words)
#define SPEC_LIST(member, name, shape_) \
    MN_FIELD_OF(mn_scenario_spec, member, name, MN_FIELD_LIST, shape_)
static const mn_field spec_fields[] = {
    SPEC(description, "description", MN_FIELD_STRING),
    SPEC_BY(kubernetes, "kubernetes", decode_kubernetes),
    SPEC(seed, "seed", MN_FIELD_INT64),
    SPEC_WORDS(tie_break_first, "tieBreak", decode_tie_break, tie_break_words),
    SPEC(percentage, "percentageOfNodesToScore", MN_FIELD_INT32),
    SPEC_LIST(pools, "nodePools", mn_pool_spec_shape),
    SPEC_LIST(images, "images", mn_image_truth_shape),
    MN_FIELD_WITHIN(mn_scenario_spec, extender, "extender", mn_decode_extender, mn_extender_shape),
    MN_FIELD_WITHIN(mn_scenario_spec, kubelet, "kubelet", mn_decode_kubelet, mn_kubelet_shape),
    SPEC(include, "include", MN_FIELD_STRING_LIST),
    SPEC(strategies, "strategies", MN_FIELD_STRING_LIST),
    MN_FIELD_WITHIN(mn_scenario_spec, expectations, "expect", mn_decode_expectations,
                    mn_expectation_shape),
    MN_FIELD_WITHIN(mn_scenario_spec, timeline, "timeline", mn_decode_timeline,
                    mn_timeline_entry_shape),
    SPEC_WORDS(quirks, "upstreamFixes", decode_upstream_fixes, mn_quirk_names),
};
static const mn_shape spec_shape = {
    .name = "scenario's spec",
    .size = sizeof(mn_scenario_spec),
    .fields = spec_fields,
    .count = G_N_ELEMENTS(spec_fields),
    .strict = true,
    .check = check_spec,
};

static const mn_field meta_fields[] = {
    MN_FIELD(mn_meta, name, "name", MN_FIELD_STRING),
    MN_FIELD(mn_meta, labels, "labels", MN_FIELD_STRING_MAP),
    MN_FIELD(mn_meta, annotations, "annotations", MN_FIELD_STRING_MAP),
};
const mn_shape mn_our_meta_shape = {
    .name = "metadata",
    .size = sizeof(mn_meta),
    .fields = meta_fields,
    .count = G_N_ELEMENTS(meta_fields),
    .strict = true,
};

/* `out` is not looked at: kind and apiVersion were read to get here. */
static bool decode_known(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena, (void)at, (void)out, (void)error;
    return true;
}

static bool check_document(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena, (void)error;
    mn_scenario_document *document = out;
    if (is_absent(at, "spec"))
        document->spec = (mn_scenario_spec){.extender = mn_extender_spec_default,
                                            .kubelet = mn_kubelet_settings_default};
    return true;
}

static const mn_field document_fields[] = {
    MN_FIELD_BY(mn_scenario_document, meta, "apiVersion", decode_known),
    MN_FIELD_BY(mn_scenario_document, meta, "kind", decode_known),
    MN_FIELD_OF(mn_scenario_document, meta, "metadata", MN_FIELD_OBJECT, mn_our_meta_shape),
    MN_FIELD_OF(mn_scenario_document, spec, "spec", MN_FIELD_OBJECT, spec_shape),
};
const mn_shape mn_scenario_document_shape = {
    .name = "Scenario",
    .size = sizeof(mn_scenario_document),
    .fields = document_fields,
    .count = G_N_ELEMENTS(document_fields),
    .strict = true,
    .check = check_document,
};
