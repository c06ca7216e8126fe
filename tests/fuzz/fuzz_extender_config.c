/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file of the extender: an error, or a configuration whose patterns can be asked,
 * that keeps what cannot change, and whose stanza for kube-scheduler stands the extender's own
 * check. */
#include "extender/exempt.h"
#include "extender/scheduler_config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_patterns(const ext_config *config)
{
    static const mn_label labels[] = {{.key = "app", .value = "web"}, {.key = "a/b", .value = ""}};
    static const mn_meta pods[] = {
        {.name = "p"},
        {.name = "p", .namespace_ = "kube-system"},
        {.name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
         .namespace_ = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
         .labels = {.items = labels, .count = G_N_ELEMENTS(labels)},
         .annotations = {.items = labels, .count = G_N_ELEMENTS(labels)}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(pods); i++)
        g_assert(*ext_exempt_name(ext_exempt_of(config, &pods[i])) != '\0');
}

static void judge_image(const mn_os_policy *policy)
{
    const mn_container container = {.name = "c", .image = "reg.corp/a/b:ltsc2022"};
    const mn_pod_spec spec = {.containers = {.items = &container, .count = 1}};
    const mn_meta meta = {.name = "p"};
    const mn_os_input input = {.meta = &meta, .spec = &spec};
    mn_os_findings findings;
    mn_os_need need;
    g_autoptr(GString) why = g_string_new(NULL);
    mn_os_need_of(policy, &input, &findings, &need);
    mn_os_need_why(&need, why);
    g_assert(why->len > 0);
}

/* M06 is as it should be: an address beyond loopback, and no certificate. */
static bool is_sound(const char *said)
{
    g_auto(GStrv) lines = g_strsplit(said, "\n", -1);
    for (size_t i = 0; lines[i] != NULL; i++)
        if (strstr(lines[i], " error: ") != NULL && strstr(lines[i], ": M06 error: ") == NULL)
            return false;
    return true;
}

/* What is told to kube-scheduler can be read, and nothing in it is an error. */
static void check_stanza(const ext_config *config, bool fail_closed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) said = g_string_new(NULL);
    size_t found = 0;
    g_autofree char *text = ext_scheduler_print(config, fail_closed);
    const mn_source source = {.name = "k", .bytes = text, .len = strlen(text)};
    if (ext_scheduler_check(&source, said, &found, &error) && is_sound(said->str))
        return;
    g_printerr("%s: %s: %s\n", error == NULL ? "" : error->message, said->str, text);
    abort();
}

static void keep_fixed(const mn_source *source)
{
    g_autoptr(ext_config) old = ext_config_new();
    g_autoptr(ext_config) fresh = ext_config_load(source, NULL);
    g_autoptr(GString) changed = g_string_new(NULL);
    (void)ext_config_keep_fixed(fresh, old, changed);
    g_assert(ext_config_keep_fixed(fresh, old, changed) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const mn_source source = {.name = "c", .bytes = (const char *)data, .len = size};
    g_autoptr(GError) error = NULL;
    g_autoptr(ext_config) config = ext_config_load(&source, &error);
    g_assert((config == NULL) == (error != NULL));
    if (config == NULL)
        return 0;
    const mn_os_policy policy = ext_config_policy(config);
    judge_image(&policy);
    ask_patterns(config);
    keep_fixed(&source);
    check_stanza(config, false);
    check_stanza(config, true);
    return 0;
}
