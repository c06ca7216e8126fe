/* SPDX-License-Identifier: Apache-2.0 */
/* A KubeSchedulerConfiguration either is refused with a place, or makes profiles that a
 * scheduler can run. */
#include "mullion/sched/config.h"
#include "mullion/sched/cycle.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const mn_label labels[] = {{.key = "kubernetes.io/hostname", .value = "a"}};
static const mn_node nodes[] = {
    {.meta = {.name = "a", .labels = {.items = labels, .count = 1}}},
    {.meta = {.name = "b"}},
};
static const mn_pod pod = {.meta = {.name = "p", .labels = {.items = labels, .count = 1}}};

static void run(const mn_profile *profile)
{
    g_autoptr(mn_cache) cache = mn_cache_new();
    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++)
        mn_cache_add_node(cache, &nodes[i]);
    for (int engine = 0; engine < 2; engine++) {
        const mn_scheduler_options options = {.engine = engine == 0 ? MN_ENGINE_FAST
                                                                    : MN_ENGINE_REFERENCE};
        g_autoptr(mn_scheduler) scheduler = mn_scheduler_new(cache, profile, &options);
        mn_scheduler_place(scheduler, &pod);
        mn_scheduler_explain(scheduler, &pod);
    }
}

static bool read_document(const mn_document *document, gpointer data, GError **error)
{
    (void)data;
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_at root = mn_at_root(document);
    const mn_scheduler_config *config = mn_scheduler_config_decode(arena, &root, error);
    for (size_t i = 0; config != NULL && i < config->profiles.count; i++)
        run(&config->profiles.items[i]);
    if ((config == NULL) != (*error != NULL))
        abort();
    return config != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strndup((const char *)data, size);
    const mn_source source = {.name = "fuzz", .bytes = text, .len = size};
    if (!mn_document_each(&source, &mn_document_limits_default, read_document, NULL, &error) &&
        error == NULL)
        abort();
    return 0;
}
