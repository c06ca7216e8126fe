/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/needs.h"

need_case *needs_of(const mn_os_policy *policy, const char *metadata, const char *spec)
{
    const char *rest = strstr(spec, "---");
    size_t len = rest != NULL ? (size_t)(rest - spec) : strlen(spec);
    g_autofree char *text =
        g_strdup_printf("{apiVersion: v1, kind: Pod, metadata: {%s}, spec: {%.*s}}\n%s%s",
                        metadata,
                        (int)len,
                        spec,
                        rest != NULL ? "---\napiVersion: node.k8s.io/v1\nkind: RuntimeClass\n" : "",
                        rest != NULL ? rest + 3 : "");
    need_case *one = g_new0(need_case, 1);
    one->objects = load_objects(text);
    const mn_pod *pod = load_pod(one->objects);
    const mn_os_input input = {
        .meta = &pod->meta,
        .spec = &pod->spec,
        .runtime_class =
            one->objects->runtime_classes->len > 0 ? one->objects->runtime_classes->pdata[0] : NULL,
    };
    mn_os_need_of(
        policy != NULL ? policy : &mn_os_policy_default, &input, &one->findings, &one->need);
    return one;
}

void needs_free(need_case *one)
{
    mn_objects_free(one->objects);
    g_free(one);
}

char *needs_evidence_text(const need_case *one)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < one->findings.count; i++) {
        const mn_os_evidence *evidence = &one->findings.items[i];
        g_string_append_printf(text, "%s%s: ", i > 0 ? "\n" : "", mn_os_name(evidence->os));
        mn_os_evidence_format(evidence, text);
    }
    return g_string_free(text, FALSE);
}

char *needs_why(const mn_os_need *need)
{
    GString *text = g_string_new(NULL);
    mn_os_need_why(need, text);
    return g_string_free(text, FALSE);
}

mn_os_offer offer_windows(const char *label, const char *kernel, const char *runtime)
{
    mn_label labels[] = {
        {.key = MN_LABEL_OS, .value = "windows"},
        {.key = MN_LABEL_WINDOWS_BUILD, .value = label},
    };
    mn_node node = {
        .meta.labels = {.items = labels, .count = label != NULL ? 2 : 1},
        .status.info = {.kernel_version = kernel, .container_runtime_version = runtime},
    };
    return mn_os_offer_of(&mn_os_policy_default, &node);
}
