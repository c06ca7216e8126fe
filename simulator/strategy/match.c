/* SPDX-License-Identifier: Apache-2.0 */
/* Does a patch mean this object? */
#include "mullion/os/image.h"
#include "simulator/strategy/parts.h"

#include <string.h>

/* No glob: anything. */
static bool fits_one(const mn_strings *globs, const char *text)
{
    for (size_t i = 0; i < globs->count; i++) {
        if (mn_image_glob(mn_str_of(globs->items[i]), mn_str_of(text)))
            return true;
    }
    return globs->count == 0;
}

static bool image_fits(const mn_strings *globs, const mn_containers *containers)
{
    for (size_t i = 0; i < containers->count; i++) {
        const char *image = containers->items[i].image;
        for (size_t j = 0; image != NULL && j < globs->count; j++) {
            if (mn_image_matches(globs->items[j], mn_str_of(image)))
                return true;
        }
    }
    return false;
}

static bool needs_fit(int wanted, const mn_os_need *need)
{
    switch ((mn_match_needs)wanted) {
    case MN_NEEDS_ANY:
        return true;
    case MN_NEEDS_LINUX:
        return need->kind == MN_NEED_LINUX;
    case MN_NEEDS_WINDOWS:
        return need->kind == MN_NEED_WINDOWS;
    case MN_NEEDS_UNKNOWN:
        return need->kind == MN_NEED_UNKNOWN || need->by_default;
    }
    return false;
}

/* The very build: what runs on several is left to rules that name none. */
static bool builds_fit(const mn_build_set *wanted, const mn_os_need *need)
{
    if (!wanted->bounded)
        return true;
    mn_build_set builds = need->selector_builds;
    for (size_t i = 0; i < need->image_build_count; i++)
        builds = mn_build_set_intersect(&builds, &need->image_builds[i]);
    return need->kind == MN_NEED_WINDOWS && builds.bounded && builds.count == 1 &&
           mn_build_set_has(wanted, builds.builds[0]);
}

mn_pod_facts mn_matcher_facts(const mn_matcher *matcher, const mn_pod_names *names,
                              const mn_meta *meta, const mn_pod_spec *spec)
{
    mn_pod_facts facts = {.names = *names, .labels = &meta->labels, .spec = spec};
    mn_truth_need(matcher->truth, meta, spec, matcher->scratch, &facts.need);
    return facts;
}

bool mn_match_pod(const mn_match *match, const mn_pod_facts *facts)
{
    return fits_one(&match->namespace_, facts->names.namespace_) &&
           fits_one(&match->kind, facts->names.kind) && fits_one(&match->name, facts->names.name) &&
           mn_labels_contain(facts->labels, &match->labels) &&
           needs_fit(match->needs, &facts->need) &&
           (match->image.count == 0 || image_fits(&match->image, &facts->spec->containers) ||
            image_fits(&match->image, &facts->spec->init_containers)) &&
           builds_fit(&match->builds, &facts->need);
}

bool mn_match_node(const mn_match *match, const mn_node *node, const mn_os_offer *offer,
                   const char *pool)
{
    return (match->os == MN_OS_UNKNOWN || match->os == offer->os) && fits_one(&match->pool, pool) &&
           fits_one(&match->name, node->meta.name) &&
           mn_labels_contain(&node->meta.labels, &match->labels) &&
           (!match->builds.bounded ||
            (offer->os == MN_OS_WINDOWS && mn_build_set_has(&match->builds, offer->version.build)));
}

bool mn_match_object(const mn_match *match, const mn_meta *meta)
{
    return fits_one(&match->name, meta->name) && mn_labels_contain(&meta->labels, &match->labels);
}

bool mn_match_namespace(const mn_match *match, const char *name)
{
    return fits_one(&match->namespace_, name);
}

bool mn_match_is_empty(const mn_match *match)
{
    return !mn_match_asks_nodes(match) && !mn_match_asks_pods(match) && match->name.count == 0 &&
           match->labels.count == 0 && !match->builds.bounded;
}

bool mn_match_asks_nodes(const mn_match *match)
{
    return match->os != MN_OS_UNKNOWN || match->pool.count > 0;
}

bool mn_match_asks_pods(const mn_match *match)
{
    return match->namespace_.count + match->kind.count + match->image.count > 0 ||
           match->needs != MN_NEEDS_ANY;
}
