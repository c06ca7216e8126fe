/* SPDX-License-Identifier: Apache-2.0 */
/* By namespace, label or annotation. A Pod of the extender itself comes first: it must pass
 * when nothing else does. */
#include "extender/exempt.h"

#include "mullion/os/image.h"

#include <string.h>

const char *ext_exempt_name(ext_exempt by)
{
    static const char *const names[EXT_EXEMPTS] = {
        "no", "own", "namespace", "label", "annotation", "daemonSet"};
    return names[by];
}

/* "key" or "key=value" */
static bool has_pair(const mn_labels *labels, const char *pair)
{
    const size_t key_len = strcspn(pair, "=");
    for (size_t i = 0; i < labels->count; i++) {
        const mn_label *label = &labels->items[i];
        if (strncmp(label->key, pair, key_len) == 0 && label->key[key_len] == '\0')
            return pair[key_len] == '\0' || g_strcmp0(label->value, pair + key_len + 1) == 0;
    }
    return false;
}

static size_t count_pairs(const mn_labels *labels, const mn_strings *pairs)
{
    size_t count = 0;
    for (size_t i = 0; i < pairs->count; i++)
        count += has_pair(labels, pairs->items[i]) ? 1 : 0;
    return count;
}

static bool is_in(const char *namespace_, const mn_strings *globs)
{
    for (size_t i = 0; i < globs->count; i++)
        if (mn_image_glob(mn_str_of(globs->items[i]), mn_str_of(namespace_)))
            return true;
    return false;
}

ext_exempt ext_exempt_of(const ext_config *config, const mn_meta *pod)
{
    const char *namespace_ = mn_meta_namespace(pod);
    const mn_strings *own = &config->own_labels;
    if (own->count > 0 && strcmp(namespace_, config->own_namespace) == 0 &&
        count_pairs(&pod->labels, own) == own->count)
        return EXT_EXEMPT_OWN;
    if (is_in(namespace_, &config->exempt_namespaces))
        return EXT_EXEMPT_NAMESPACE;
    if (count_pairs(&pod->labels, &config->exempt_labels) > 0)
        return EXT_EXEMPT_LABEL;
    if (count_pairs(&pod->annotations, &config->exempt_annotations) > 0)
        return EXT_EXEMPT_ANNOTATION;
    return EXT_EXEMPT_NO;
}
